const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** A length of time: `0:51`, `14:03`, `2:11:05`, `3 d 4 h`; below ten seconds with tenths. */
export function formatDuration(ms: number): string {
  if (ms < 0) return '0:00';
  if (ms < 10 * secondMs) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / secondMs) % 60;
  const minutes = Math.floor(ms / minuteMs);
  if (ms < hourMs) return `${minutes}:${two(seconds)}`;
  if (ms < 2 * dayMs) return `${Math.floor(ms / hourMs)}:${two(minutes % 60)}:${two(seconds)}`;
  return `${Math.floor(ms / dayMs)} d ${Math.floor(ms / hourMs) % 24} h`;
}

/** How long ago, in words that are short; a date from a week on. */
export function formatAgo(iso: string, now: number): string {
  const ms = now - Date.parse(iso);
  if (ms < -minuteMs) return formatDay(iso, now);
  if (ms < minuteMs) return 'just now';
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min ago`;
  if (ms < dayMs) return `${Math.floor(ms / hourMs)} h ago`;
  if (ms < 7 * dayMs) return `${Math.floor(ms / dayMs)} d ago`;
  return formatDay(iso, now);
}

function formatDay(iso: string, now: number): string {
  const sameYear = new Date(iso).getFullYear() === new Date(now).getFullYear();
  const options: Intl.DateTimeFormatOptions = {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  };
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(iso));
}

/** A moment to the second, in the zone of who reads it. */
export function formatMoment(iso: string): string {
  const date = new Date(iso);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A count with its thousands set apart. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** A number as one would read it on an axis. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(5)));
}
