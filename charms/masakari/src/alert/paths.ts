/** Where the program is, what it reads, and where it keeps what is not yet delivered; Masakari's own folders are closed to haclient. */
export const FOLDER = '/usr/local/lib/masakari';
export const LAUNCHER = `${FOLDER}/fencing-alert`;
export const CREDENTIALS_PATH = '/etc/masakari-fencing/credentials.json';
export const SPOOL = '/var/lib/masakari-fencing';
/** What the look for unprotected computes has found. It is gone after a boot, as it should be. */
export const REPORT_FOLDER = '/run/masakari-fencing';
export const REPORT_NAME = 'protection.json';
export const REPORT = `${REPORT_FOLDER}/${REPORT_NAME}`;
