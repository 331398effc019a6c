/** Reads /metrics as Prometheus does. */

/** One line of the text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All that was exposed. */
export interface Scrape {
  readonly text: string;
  /** Names of metrics, and of what histograms expose beside them (`_bucket`, `_sum`, `_count`). */
  readonly names: ReadonlySet<string>;
  /** The sum of all samples of a name that carry these labels; NaN when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
  samples(name: string): Sample[];
}

const LINE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads the text format. @throws Error on a line that Prometheus would refuse */
export function readMetrics(text: string): Scrape {
  const samples = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Sample => {
      const [, name, labels = '', value] = LINE.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`not a sample: ${line}`);
      const pairs = [...labels.matchAll(LABEL)].map(([, key, text]) => [key, text]);
      return { name, labels: Object.fromEntries(pairs), value: Number(value) };
    });
  // A metric with labels that nothing was counted for has no samples, but its head is there.
  const heads = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const fits = (sample: Sample, wanted: Readonly<Record<string, string>>) =>
    Object.entries(wanted).every(([key, value]) => sample.labels[key] === value);
  return {
    text,
    names: new Set([...heads, ...samples.map(({ name }) => name)]),
    samples: (name) => samples.filter((sample) => sample.name === name),
    value(name, labels = {}) {
      const found = samples.filter((sample) => sample.name === name && fits(sample, labels));
      return found.length === 0 ? Number.NaN : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
}
