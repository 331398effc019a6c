import { ApiError } from '../../api/client.ts';
import { formatNumber, t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { errorText } from '../../parts/error-text.ts';
import { Icon } from '../../parts/icon.tsx';
import { Markdown } from '../../parts/markdown/markdown.tsx';
import { Spinner } from '../../parts/spinner.tsx';
import { mediaAddress } from '../../parts/thumbnail.tsx';
import { type Line, regenerate, running, say, type Turn, turns } from './talk.ts';

/** All that was said. */
export function Said({ line, isReadOnly }: { line: Line; isReadOnly: boolean }) {
  const all = turns.value;
  const isBusy = running.value !== undefined;
  return (
    <ol aria-label={t('chat.said')} class="flex flex-col gap-5">
      {all.map((turn, index) => {
        const isLast = index === all.length - 1;
        return (
          <li key={turn.id} class="min-w-0">
            {turn.role === 'user' ? (
              <Question turn={turn} />
            ) : (
              <Answer turn={turn} isWritten={isLast && isBusy}>
                {isLast && !isBusy && !isReadOnly && <Next turn={turn} line={line} />}
              </Answer>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Question({ turn }: { turn: Turn }) {
  return (
    <div class="ml-auto flex w-fit max-w-[85%] flex-col items-end gap-2">
      <h2 class="sr-only">{t('chat.you')}</h2>
      <Pictures images={turn.images} />
      {turn.text && (
        <p class="max-w-full rounded-2xl rounded-br-md bg-accent-soft px-3.5 py-2 whitespace-pre-wrap">
          {turn.text}
        </p>
      )}
      <Files files={turn.files} />
    </div>
  );
}

function Answer({
  turn,
  isWritten,
  children,
}: {
  turn: Turn;
  isWritten: boolean;
  children: preact.ComponentChildren;
}) {
  const { text, images, files, error, warning, isStopped } = turn;
  return (
    <div class="flex min-w-0 flex-col gap-2">
      <h2 class="sr-only">{t('chat.bot')}</h2>
      {text && <Markdown text={text} />}
      <Pictures images={images} />
      <Files files={files} />
      {isWritten && (
        <p class="flex items-center gap-2 text-xs text-muted">
          <Spinner size={14} />
          {t('chat.writing')}
        </p>
      )}
      {isStopped && <p class="text-xs text-muted">{t('chat.stopped')}</p>}
      {warning && <p class="rounded-lg bg-warn-soft px-3 py-2 text-xs text-warn">{warning}</p>}
      {error !== undefined && <Failure error={error} />}
      {!isWritten && (
        <div class="flex flex-wrap items-center gap-1">
          {text && <CopyButton text={text} label={t('chat.copyAnswer')} />}
          {children}
        </div>
      )}
    </div>
  );
}

/** What can be asked now. */
function Next({ turn, line }: { turn: Turn; line: Line }) {
  return (
    <>
      <Button kind="quiet" size="small" icon="retry" onClick={() => void regenerate(line)}>
        {t('chat.regenerate')}
      </Button>
      {turn.suggestions?.map((words) => (
        <Button
          key={words}
          size="small"
          class="max-w-full rounded-full! [&]:whitespace-normal"
          onClick={() => void say(words, [], line)}
        >
          {words}
        </Button>
      ))}
    </>
  );
}

function Failure({ error }: { error: unknown }) {
  const isLost = error instanceof ApiError && error.code === 'unreachable';
  const { message, hint } = isLost ? { message: t('chat.lost'), hint: t('chat.lostHint') } : errorText(error);
  return (
    <div role="alert" class="flex items-start gap-2 rounded-lg bg-bad-soft px-3 py-2 text-bad">
      <Icon name="alert" class="mt-0.5" />
      <p class="min-w-0">
        {message}
        {hint && <span class="block text-xs">{hint}</span>}
      </p>
    </div>
  );
}

function Pictures({ images }: { images: readonly string[] }) {
  if (images.length === 0) return null;
  return (
    <ul class="flex max-w-full flex-wrap gap-2">
      {images.map((url, index) => (
        <li key={url} class="max-w-full">
          <img
            src={mediaAddress({ url })}
            alt={t('common.pictureAlt', { number: formatNumber(index + 1) })}
            class="max-h-64 max-w-full rounded-lg border border-line"
          />
        </li>
      ))}
    </ul>
  );
}

function Files({ files }: { files: Turn['files'] }) {
  if (files.length === 0) return null;
  return (
    <ul class="flex flex-wrap gap-2 text-xs">
      {files.map(({ name, url }) => (
        <li key={url}>
          <a
            href={mediaAddress({ url })}
            target="_blank"
            rel="noreferrer"
            class="inline-flex items-center gap-1 text-accent underline underline-offset-2"
          >
            {name}
            <Icon name="external" size={12} />
            <span class="sr-only">{t('common.newTab')}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}
