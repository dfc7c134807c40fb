/** systemd makes this folder of /run for the watch, and keeps it while the watch is restarted. */
export const HELD_FOLDER = 'hacluster';

/** There while the watch keeps Corosync and Pacemaker from running. */
export const HELD_MARK = `/run/${HELD_FOLDER}/pacemaker-held`;
