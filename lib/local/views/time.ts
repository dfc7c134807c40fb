const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A time as status prints it: `02 Jan 2024 10:00:00Z`. */
export function formatTime(time: number): string {
  const date = new Date(time);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day} ${String(MONTHS[date.getUTCMonth()])} ${String(date.getUTCFullYear())} ${formatClock(time)}Z`;
}

/** The time of day: `10:00:00`. */
export function formatClock(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}

/** The day: `2024-01-02`. */
export function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** How long ago, as `models` prints it: `just now`, `6 minutes ago`, or a day. */
export function formatAge(time: number, now: number): string {
  const seconds = Math.floor((now - time) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return count(Math.floor(seconds / 60), 'minute');
  return seconds < 86_400 ? count(Math.floor(seconds / 3600), 'hour') : formatDay(time);
}

function count(number: number, unit: string): string {
  return `${String(number)} ${unit}${number === 1 ? '' : 's'} ago`;
}
