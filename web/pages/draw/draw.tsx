import type { ComponentType } from 'preact';
import { go, route } from '../../app/router.ts';
import { type TextKey, t } from '../../i18n/index.ts';
import { Card, PageHeader } from '../../parts/layout.tsx';
import { EmptyState } from '../../parts/states.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { BlendForm } from './blend-form.tsx';
import { DescribeForm } from './describe-form.tsx';
import { FilmForm } from './film-form.tsx';
import { ImagineForm } from './imagine-form.tsx';
import { modelsFor } from './models.tsx';
import { Stage } from './stage.tsx';

interface Craft {
  readonly id: string;
  readonly label: TextKey;
  readonly isOffered: () => boolean;
  readonly Form: ComponentType;
}

const CRAFTS: readonly Craft[] = [
  {
    id: 'imagine',
    label: 'verb.imagine',
    isOffered: () => modelsFor('imagine').length > 0,
    Form: ImagineForm,
  },
  {
    id: 'video',
    label: 'draw.video',
    isOffered: () => modelsFor('create', 'animate').length > 0,
    Form: FilmForm,
  },
  {
    id: 'describe',
    label: 'verb.describe',
    isOffered: () => modelsFor('describe').length > 0,
    Form: DescribeForm,
  },
  {
    id: 'blend',
    label: 'verb.blend',
    isOffered: () => modelsFor('blend').length > 0,
    Form: BlendForm,
  },
];

/** The studio: what to make at the left, what becomes of it at the right. */
export default function Draw() {
  const crafts = CRAFTS.filter(({ isOffered }) => isOffered());
  const { query } = route.value;
  const craft = crafts.find(({ id }) => id === query.tab) ?? crafts[0];
  return (
    <>
      <PageHeader title={t('nav.draw')} text={t('draw.lead')} />
      {craft === undefined ? (
        <EmptyState icon="draw" title={t('draw.noBots')} text={t('draw.noBotsText')} />
      ) : (
        <div class="grid items-start gap-5 lg:grid-cols-[minmax(20rem,25rem)_minmax(0,1fr)]">
          <Card>
            <Tabs
              label={t('draw.crafts')}
              tabs={crafts.map(({ id, label }) => ({ id, label: t(label) }))}
              current={craft.id}
              onCurrent={(tab) => go('draw', [], { ...query, tab }, { replace: true })}
            >
              <craft.Form />
            </Tabs>
          </Card>
          <Stage />
        </div>
      )}
    </>
  );
}
