import { useId, useRef } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { Button, IconButton } from '../../parts/button.tsx';
import { classes } from '../../parts/classes.ts';
import { dataUrlOf, PICTURE_TYPES, picturesAmong } from '../../parts/picture-drop.tsx';
import { toastError } from '../../parts/toast.tsx';
import { draft, type Line, running, say, stop } from './talk.ts';

/** Adds files to what is being written. */
export async function addPictures(files: readonly File[]): Promise<void> {
  try {
    const urls = await Promise.all(files.map(dataUrlOf));
    draft.value = { ...draft.peek(), pictures: [...draft.peek().pictures, ...urls] };
  } catch (error) {
    toastError(error);
  }
}

/** Where a person writes. Enter sends, Shift and Enter begin a new line. */
export function Composer({ line, isOver }: { line: Line; isOver: boolean }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const { words, pictures } = draft.value;
  const isEmpty = words.trim() === '' && pictures.length === 0;
  const send = () => {
    if (isEmpty || running.peek()) return;
    draft.value = { words: '', pictures: [] };
    void say(words.trim(), pictures, line);
    field.current?.focus();
  };
  return (
    <form
      aria-label={t('chat.composer')}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      class={classes(
        'rounded-xl border bg-surface p-2 shadow-raised has-[textarea:focus-visible]:outline-2 has-[textarea:focus-visible]:outline-accent',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong',
      )}
    >
      <Chosen pictures={pictures} />
      <textarea
        ref={field}
        rows={1}
        value={words}
        aria-label={t('chat.message')}
        placeholder={isOver ? t('chat.dropHere') : t('chat.placeholder')}
        onInput={(event) => {
          draft.value = { ...draft.peek(), words: event.currentTarget.value };
        }}
        onPaste={(event) => {
          const files = picturesAmong(event.clipboardData?.files);
          if (files.length === 0) return;
          event.preventDefault();
          void addPictures(files);
        }}
        onKeyDown={(event) => {
          // While characters are being composed (Chinese, Japanese), Enter takes the proposal.
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
        class="field-sizing-content max-h-56 min-h-9 w-full resize-none bg-transparent px-2 py-1.5 text-sm outline-none placeholder:text-muted"
      />
      <div class="flex items-center justify-between gap-2">
        <PictureButton />
        {running.value ? (
          <Button icon="stop" onClick={stop}>
            {t('chat.stop')}
          </Button>
        ) : (
          <Button type="submit" kind="primary" icon="send" disabled={isEmpty}>
            {t('chat.send')}
          </Button>
        )}
      </div>
    </form>
  );
}

function Chosen({ pictures }: { pictures: readonly string[] }) {
  if (pictures.length === 0) return null;
  return (
    <ul class="flex flex-wrap gap-2 p-1" aria-label={t('chat.pictures')}>
      {pictures.map((url, index) => (
        <li key={url} class="relative">
          <img
            src={url}
            alt={t('common.pictureAlt', { number: index + 1 })}
            class="size-16 rounded-lg border border-line object-cover"
          />
          <IconButton
            icon="close"
            size="small"
            kind="plain"
            label={t('chat.removePicture', { number: index + 1 })}
            class="absolute -top-2 -right-2 size-6! rounded-full!"
            onClick={() => {
              draft.value = { ...draft.peek(), pictures: pictures.filter((_, at) => at !== index) };
            }}
          />
        </li>
      ))}
    </ul>
  );
}

function PictureButton() {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button kind="quiet" icon="image" onClick={() => input.current?.click()}>
        {t('chat.addPicture')}
      </Button>
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        hidden
        aria-label={t('chat.addPicture')}
        accept={PICTURE_TYPES.join(',')}
        onChange={(event) => {
          void addPictures(picturesAmong(event.currentTarget.files));
          // The same file may be chosen again.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
