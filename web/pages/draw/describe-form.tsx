import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { describing } from './composer.ts';
import { chosenModel, ModelChoice, modelsFor } from './models.tsx';
import { Pictures } from './pictures.tsx';
import { useOrder } from './use-order.ts';

/** A picture into words that would draw it. */
export function DescribeForm() {
  const { busy, submit } = useOrder();
  const held = describing.value;
  const models = modelsFor('describe');
  const model = chosenModel(models, held.model);
  const [picture] = held.pictures;
  return (
    <form
      class="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (model && picture) void submit({ model: model.id, verb: 'describe', images: [picture.url] });
      }}
    >
      <p class="text-muted">{t('draw.describeLead')}</p>
      <ModelChoice
        models={models}
        value={held.model}
        onValue={(id) => {
          describing.value = { ...held, model: id };
        }}
      />
      <Pictures
        label={t('draw.describePicture')}
        pictures={held.pictures}
        most={1}
        onPictures={(pictures) => {
          describing.value = { ...held, pictures };
        }}
      />
      <Button kind="primary" type="submit" busy={busy} disabled={picture === undefined}>
        {t('verb.describe')}
      </Button>
    </form>
  );
}
