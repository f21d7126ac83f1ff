/** What `/metrics` said: values by name and labels, as in `name{a="b"}`, and by name alone. */
export type Scrape = {
  text: string;
  /** The names of all samples, those of buckets, sums and counts of histograms among them. */
  names: Set<string>;
  /** The labels that the samples of a name have. */
  labelsOf(name: string): Set<string>;
  /** The sum of all samples of a name that have these labels; 0 where there is none. */
  sum(name: string, labels?: Record<string, string>): number;
};

type Sample = { name: string; labels: Record<string, string>; value: number };

/** Reads the text format of Prometheus. @throws where a line is not of it. */
function parseScrape(text: string): Scrape {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseSample);
  const ofName = (name: string) => samples.filter((sample) => sample.name === name);
  return {
    text,
    names: new Set(samples.map(({ name }) => name)),
    labelsOf: (name) => new Set(ofName(name).flatMap(({ labels }) => Object.keys(labels))),
    sum: (name, wanted = {}) =>
      ofName(name)
        .filter(({ labels }) => Object.entries(wanted).every(([label, value]) => labels[label] === value))
        .reduce((total, { value }) => total + value, 0),
  };
}

function parseSample(line: string): Sample {
  const [, name, labels = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (!name) throw new Error(`This is no line of the text format: ${line}`);
  const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])),
    value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value),
  };
}

/** Asks a service for its metrics. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(new URL('/metrics', url));
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}: ${await response.text()}`);
  return parseScrape(await response.text());
}
