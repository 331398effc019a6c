/** Colours of a terminal per level. */
const COLOURS: Readonly<Record<string, number>> = {
  fatal: 31,
  error: 31,
  warn: 33,
  info: 32,
  debug: 90,
  trace: 90,
};

function valueText(value: unknown): string {
  if (typeof value === 'string') return /[\s"=]/.test(value) ? JSON.stringify(value) : value;
  if (typeof value === 'object' && value !== null && 'stack' in value)
    return `\n    ${String(value.stack).replaceAll('\n', '\n    ')}`;
  return JSON.stringify(value) ?? '';
}

/** Turns one line of JSON log into a line for people: `12:30:05 info  message  name=value`. */
export function prettyLine(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  const { level, time, msg, ...fields } = entry;
  const label = String(level);
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const colour = COLOURS[label] ?? 0;
  const rest = Object.entries(fields).map(
    ([name, value]) => `  \u001b[90m${name}=\u001b[0m${valueText(value)}`,
  );
  return `\u001b[90m${clock}\u001b[0m \u001b[${colour}m${label.padEnd(5)}\u001b[0m ${String(msg ?? '')}${rest.join('')}\n`;
}
