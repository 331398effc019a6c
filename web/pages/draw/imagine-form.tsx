import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { TextArea } from '../../parts/field.tsx';
import { drawing } from './composer.ts';
import { can, chosenModel, ModelChoice, modelsFor } from './models.tsx';
import { Parameters } from './parameters.tsx';
import { Pictures } from './pictures.tsx';
import { DRAW_DEFAULTS, drawPrompt } from './prompt.ts';
import { useOrder } from './use-order.ts';

const MOST_PICTURES = 4;

/** Words into pictures. Ctrl and Enter sends, as does the button. */
export function ImagineForm() {
  const { busy, submit } = useOrder();
  const held = drawing.value;
  const { words, pictures, parameters, mode } = held;
  const set = (change: Partial<typeof held>) => {
    drawing.value = { ...drawing.peek(), ...change };
  };
  const models = modelsFor('imagine');
  const model = chosenModel(models, held.model);
  const prompt = drawPrompt(words, parameters);
  const isEmpty = words.trim() === '' && pictures.length === 0;
  const send = () => {
    if (model === undefined || isEmpty || busy) return;
    const images = pictures.map(({ url }) => url);
    void submit({ model: model.id, verb: 'imagine', prompt, images, ...(mode ? { mode } : {}) });
  };
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <ModelChoice models={models} value={held.model} onValue={(id) => set({ model: id })} />
      <TextArea
        label={t('draw.prompt')}
        placeholder={t('draw.promptExample')}
        rows={4}
        value={words}
        onValue={(value) => set({ words: value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      <Pictures
        label={t('draw.references')}
        hint={t('draw.referencesHint')}
        pictures={pictures}
        most={MOST_PICTURES}
        onPictures={(next) => set({ pictures: next })}
      />
      <Parameters
        value={parameters}
        onValue={(next) => set({ parameters: next })}
        mode={mode}
        onMode={(next) => set({ mode: next as typeof mode })}
      />
      {prompt !== words.trim() && <Sent prompt={prompt} />}
      <div class="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" icon="draw" busy={busy} disabled={isEmpty} class="grow">
          {t('draw.submit')}
        </Button>
        {model && can(model, 'shorten') && (
          <Button
            disabled={words.trim() === '' || busy}
            onClick={() => void submit({ model: model.id, verb: 'shorten', prompt: words.trim() })}
          >
            {t('verb.shorten')}
          </Button>
        )}
        <Button
          kind="quiet"
          onClick={() => set({ words: '', pictures: [], parameters: DRAW_DEFAULTS, mode: '' })}
        >
          {t('draw.reset')}
        </Button>
      </div>
    </form>
  );
}

/** The prompt as the bot will read it. */
export function Sent({ prompt }: { prompt: string }) {
  return (
    <div class="flex items-start gap-1 rounded-lg bg-sunken py-1.5 pr-1 pl-3">
      <p class="min-w-0 grow font-mono text-xs leading-5 text-soft">
        <span class="sr-only">{t('draw.sent')} </span>
        {prompt}
      </p>
      <CopyButton text={prompt} label={t('draw.copyPrompt')} />
    </div>
  );
}
