import {maintenance} from '#charm';

/** In the words of OpenStack's charms. */
export const paused = maintenance("Paused. Use 'resume' action to resume normal service.");
