import type {WantedFile} from '#charm';

/**
 * Nova's services are ready, for systemd, only once the message broker or a conductor has answered; whoever starts them, a hook
 * or the machine, would wait for that. With this they are ready once they run.
 */
export function makeSimple(service: string): WantedFile {
  return {path: `/etc/systemd/system/${service}.service.d/overrides.conf`, content: '[Service]\nType=simple\n'};
}
