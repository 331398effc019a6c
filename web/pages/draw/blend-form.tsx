import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { Segmented } from '../../parts/choices.tsx';
import { blending } from './composer.ts';
import { chosenModel, ModelChoice, modelsFor } from './models.tsx';
import { Pictures } from './pictures.tsx';
import { useOrder } from './use-order.ts';

const FEWEST = 2;
const MOST = 5;

/** Two to five pictures into one. */
export function BlendForm() {
  const { busy, submit } = useOrder();
  const held = blending.value;
  const { pictures, dimensions } = held;
  const models = modelsFor('blend');
  const model = chosenModel(models, held.model);
  const set = (change: Partial<typeof held>) => {
    blending.value = { ...blending.peek(), ...change };
  };
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const images = pictures.map(({ url }) => url);
        if (model) void submit({ model: model.id, verb: 'blend', images, dimensions });
      }}
    >
      <p class="text-muted">{t('draw.blendLead', { fewest: FEWEST, most: MOST })}</p>
      <ModelChoice models={models} value={held.model} onValue={(id) => set({ model: id })} />
      <Pictures
        label={t('draw.blendPictures')}
        pictures={pictures}
        most={MOST}
        onPictures={(next) => set({ pictures: next })}
      />
      <Segmented
        label={t('draw.shape')}
        value={dimensions}
        onValue={(next) => set({ dimensions: next as typeof dimensions })}
        choices={[
          { value: 'portrait', label: t('draw.shape.portrait') },
          { value: 'square', label: t('draw.shape.square') },
          { value: 'landscape', label: t('draw.shape.landscape') },
        ]}
      />
      <Button kind="primary" type="submit" busy={busy} disabled={pictures.length < FEWEST}>
        {t('verb.blend')}
      </Button>
    </form>
  );
}
