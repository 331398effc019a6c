import type { ModelView, TaskOrderBody } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { Segmented } from '../../parts/choices.tsx';
import { TextArea } from '../../parts/field.tsx';
import { filming } from './composer.ts';
import { FilmParametersForm } from './film-parameters.tsx';
import { Sent } from './imagine-form.tsx';
import { can, chosenModel, ModelChoice, modelsFor } from './models.tsx';
import { Pictures } from './pictures.tsx';
import { filmPrompt } from './prompt.ts';
import { useOrder } from './use-order.ts';

/** Words, a picture, or both into a video: with Pika, or with Midjourney, which begins with a picture always. */
export function FilmForm() {
  const { busy, submit } = useOrder();
  const held = filming.value;
  const { words, pictures, motion, parameters } = held;
  const set = (change: Partial<typeof held>) => {
    filming.value = { ...filming.peek(), ...change };
  };
  // Bots that only film come first.
  const models = [...modelsFor('create', 'animate')].sort(
    (left, right) => Number(can(right, 'create')) - Number(can(left, 'create')),
  );
  const model = chosenModel(models, held.model);
  if (model === undefined) return null;
  const isPika = can(model, 'create');
  const prompt = isPika ? filmPrompt(words, parameters) : words.trim();
  const isReady = pictures.length > 0 || (isPika && words.trim() !== '');
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void submit(orderOf(model, prompt, held));
      }}
    >
      <ModelChoice models={models} value={held.model} onValue={(id) => set({ model: id })} />
      <TextArea
        label={t('draw.prompt')}
        placeholder={t('draw.filmExample')}
        optional={pictures.length > 0}
        value={words}
        onValue={(value) => set({ words: value })}
      />
      <Pictures
        label={t('draw.firstPicture')}
        hint={t(isPika ? 'draw.firstPictureOptional' : 'draw.firstPictureNeeded')}
        pictures={pictures}
        most={1}
        onPictures={(next) => set({ pictures: next })}
      />
      {isPika ? (
        <FilmParametersForm value={parameters} onValue={(next) => set({ parameters: next })} />
      ) : (
        <Segmented
          label={t('draw.motion')}
          value={motion}
          onValue={(next) => set({ motion: next as typeof motion })}
          choices={[
            { value: '', label: t('draw.usual') },
            { value: 'low', label: t('draw.motion.low') },
            { value: 'high', label: t('draw.motion.high') },
          ]}
        />
      )}
      {prompt !== words.trim() && <Sent prompt={prompt} />}
      <Button kind="primary" type="submit" icon="film" busy={busy} disabled={!isReady}>
        {t(pictures.length > 0 ? 'verb.animate' : 'verb.create')}
      </Button>
    </form>
  );
}

function orderOf(
  model: ModelView,
  prompt: string,
  { pictures, motion }: Pick<typeof filming.value, 'pictures' | 'motion'>,
): TaskOrderBody {
  if (pictures.length === 0) return { model: model.id, verb: 'create', prompt };
  const images = pictures.map(({ url }) => url);
  const isPika = can(model, 'create');
  return { model: model.id, verb: 'animate', prompt, images, ...(motion && !isPika ? { motion } : {}) };
}
