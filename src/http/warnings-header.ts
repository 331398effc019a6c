/** How every dialect says what of a request is not obeyed. */
import type { FastifyReply } from 'fastify';

/** Response header that names what the gateway could not do. */
const WARNINGS_HEADER = 'x-cordgate-warnings';

/** Longest list of names, in characters: proxies refuse heads of more than 8 KB. */
const LONGEST_LIST = 1_000;
const LONGEST_VALUE = 4_000;

/** `unsupported parameters ignored: temperature, top_p`. ASCII, bounded; names are cut, then counted. */
function warningText(names: readonly string[]): string {
  let text = 'unsupported parameters ignored: ';
  for (const [index, name] of names.entries()) {
    const entry = `${index === 0 ? '' : ', '}${name.replace(/[^\w.-]/g, '?').slice(0, 64)}`;
    if (text.length + entry.length > LONGEST_LIST) return `${text}, and ${names.length - index} more`;
    text += entry;
  }
  return text;
}

/** The same as a warning; undefined when there are no names. */
export function ignoredWarning(names: readonly string[]): string | undefined {
  return names.length > 0 ? warningText(names) : undefined;
}

/** Tells what is not obeyed, in place of what was told before; says nothing where there is nothing, or the head has left. */
export function warn(reply: FastifyReply, ...warnings: readonly (string | undefined)[]): void {
  const said = [...new Set(warnings.filter((warning) => warning !== undefined && warning !== ''))];
  if (said.length === 0 || reply.raw.headersSent) return;
  const value = said.join('; ').replace(/[^\x20-\x7e]/g, '?');
  reply.header(WARNINGS_HEADER, value.slice(0, LONGEST_VALUE));
}
