// Numbers that look like chance and are the same every time: two fills of the demo are one and the same.

/** A source of numbers from 0 to 1, by mulberry32. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A number of a text, to begin with. */
export function seedOf(text) {
  let hash = 2_166_136_261;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0), 16_777_619);
  return hash >>> 0;
}

/** Around a middle, as errors of measurement are. */
export function normal(random, mean = 0, deviation = 1) {
  const angle = Math.cos(2 * Math.PI * random());
  return mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * angle;
}

export function pick(random, choices) {
  return choices[Math.floor(random() * choices.length)];
}

/** An id that is the same for the same text. */
export function idOf(text) {
  const random = randomFrom(seedOf(text));
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function round(value, digits) {
  return Number(value.toFixed(digits));
}
