import type { ModelView, TaskVerb } from '../../api/types.ts';
import { me } from '../../app/session.ts';
import { t } from '../../i18n/index.ts';
import { Select } from '../../parts/field.tsx';

/** The models that can do one of these. */
export function modelsFor(...verbs: readonly TaskVerb[]): readonly ModelView[] {
  const models = me.value?.models ?? [];
  return models.filter((model) => verbs.some((verb) => can(model, verb)));
}

/** True when a model can do it. */
export function can(model: ModelView, verb: TaskVerb): boolean {
  return (model.verbs as readonly string[]).includes(verb);
}

/** The chosen model, else the first one. */
export function chosenModel(models: readonly ModelView[], id: string): ModelView | undefined {
  return models.find((model) => model.id === id) ?? models[0];
}

/** Which model shall do it; not shown where there is only one. */
export function ModelChoice({
  models,
  value,
  onValue,
}: {
  models: readonly ModelView[];
  value: string;
  onValue: (id: string) => void;
}) {
  if (models.length < 2) return null;
  return (
    <Select
      label={t('draw.model')}
      value={chosenModel(models, value)?.id ?? ''}
      onValue={onValue}
      choices={models.map(({ id }) => ({ value: id, label: id }))}
    />
  );
}
