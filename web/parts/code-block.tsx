import { CopyButton } from './copy-button.tsx';

/** Code to read and to copy. `label` says what it is. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <figure class="relative min-w-0 rounded-lg border border-line bg-sunken">
      <figcaption class="flex h-9 items-center justify-between border-b border-line pr-1 pl-3 text-xs text-muted">
        {label}
        <CopyButton text={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys (WCAG 2.1.1). */}
      <pre tabIndex={0} class="overflow-x-auto p-3 font-mono text-xs leading-5">
        <code>{code}</code>
      </pre>
    </figure>
  );
}
