/** Where the program is, what it reads, and where it keeps what is not yet delivered; Masakari's own folders are closed to haclient. */
export const FOLDER = '/usr/local/lib/masakari';
export const LAUNCHER = `${FOLDER}/fencing-alert`;
export const CREDENTIALS_PATH = '/etc/masakari-fencing/credentials.json';
export const SPOOL = '/var/lib/masakari-fencing';
