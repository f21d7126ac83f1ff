const msOfDay = 86_400_000;
/** The years that are written with four digits. */
const [earliest, latest] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const two = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const three = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

let day = Number.NaN;
let dayText = '';

/** What `toISOString` gives, in a fifth of the time for instants that lie close together, as those of an answer do. */
export function instantText(instant: Date): string {
  const ms = instant.getTime();
  if (!(ms >= earliest && ms <= latest)) return instant.toISOString();
  const itsDay = Math.floor(ms / msOfDay);
  if (itsDay !== day) {
    day = itsDay;
    dayText = instant.toISOString().slice(0, 11);
  }
  const ofDay = ms - itsDay * msOfDay;
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return `${dayText}${two[hours]}:${two[minutes - hours * 60]}:${two[seconds - minutes * 60]}.${three[ofDay - seconds * 1_000]}Z`;
}
