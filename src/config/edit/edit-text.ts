/** Changes of a configuration file's text. */
import { isDeepStrictEqual } from 'node:util';
import { formatPath, type Path } from '../problem.ts';
import { valueAt } from '../tree.ts';
import { type Change, changed } from './change.ts';
import { dataOf, readSource, type Source } from './source.ts';
import { spliced } from './splice.ts';

/** A change that the text does not take, such as taking an anchor away that other places use. */
export class UneditableError extends Error {
  override readonly name = 'UneditableError';
  readonly path: string;

  constructor(path: Path) {
    super(
      `${formatPath(path)} is written in a way that cannot be changed from here; change it in the file itself`,
    );
    this.path = formatPath(path);
  }
}

/**
 * Makes the changes, one after the other. Only their places change: comments, order, quotes, blank lines and line ends
 * stay. Every step is read again and compared; what cannot be cut and pasted is left to the YAML library, which keeps
 * comments and order but may lay out other lines anew.
 * @throws UneditableError
 */
export function editText(text: string, changes: readonly Change[]): string {
  return changes.reduce((current, change) => {
    const source = readSource(current);
    const expected = changed(dataOf(source), change);
    if (isDeepStrictEqual(expected, dataOf(source))) return current;
    const candidates = [() => spliced(source, change), () => laidOut(source, change)];
    for (const candidate of candidates) {
      const result = candidate();
      if (result !== undefined && isAs(result, expected, change)) return result;
    }
    throw new UneditableError(change.path);
  }, text);
}

function isAs(text: string, expected: unknown, change: Change): boolean {
  const data = dataOf(readSource(text));
  if (isDeepStrictEqual(data, expected)) return true;
  // What came in by a merge cannot be removed, but it can be said to be not set.
  if (change.type !== 'remove' || valueAt(data, change.path) !== null) return false;
  return isDeepStrictEqual(changed(data, change), expected);
}

function laidOut({ document, text, lineEnd }: Source, change: Change): string | undefined {
  try {
    const copy = document.clone();
    if (change.type === 'remove') copy.deleteIn(change.path);
    else if (change.type === 'set') copy.setIn(change.path, copy.createNode(change.value));
    else if (copy.hasIn(change.path) && copy.getIn(change.path) !== null) {
      copy.addIn(change.path, copy.createNode(change.value));
    } else copy.setIn(change.path, copy.createNode([change.value]));
    const result = copy.toString({ lineWidth: 0 });
    return lineEnd === '\r\n' && text !== '' ? result.replaceAll(/\r?\n/g, '\r\n') : result;
  } catch {
    return undefined;
  }
}
