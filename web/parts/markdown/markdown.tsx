/** Words of a bot, drawn as Markdown. */
import { signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { CodeBlock } from '../code-block.tsx';
import type { Part } from './parse.ts';

/** What parses; its code is loaded with the first text. */
const parse = signal<((text: string) => Part[]) | undefined>(undefined);

/** Draws Markdown; blocks of code get a button to copy them. Until the parser is there, and without it, the plain words. */
export function Markdown({ text }: { text: string }) {
  useEffect(load, []);
  const partsOf = parse.value;
  const parts = useMemo(() => partsOf?.(text), [partsOf, text]);
  if (parts === undefined) return <div class="min-w-0 whitespace-pre-wrap">{text}</div>;
  return (
    <div class="markdown min-w-0">
      {parts.map((part, index) =>
        'code' in part ? (
          <CodeBlock key={index} code={part.code} label={part.name || t('markdown.code')} />
        ) : (
          // All HTML of the text was escaped, and script links refused: see parse.ts.
          <div key={index} dangerouslySetInnerHTML={{ __html: part.html }} />
        ),
      )}
    </div>
  );
}

function load(): void {
  if (parse.peek() !== undefined) return;
  import('./parse.ts').then(
    ({ partsOf }) => {
      // A function in a signal is a value like any other.
      parse.value = partsOf;
    },
    () => {},
  );
}
