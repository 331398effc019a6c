import { useState } from 'preact/hooks';
import type { TaskView } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../parts/button.tsx';
import { Segmented, Slider } from '../../parts/choices.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { TextArea } from '../../parts/field.tsx';
import { mediaAddress } from '../../parts/thumbnail.tsx';
import { toastError } from '../../parts/toast.tsx';
import { everything, maskOf, type Stroke } from './region.ts';
import { RegionCanvas } from './region-canvas.tsx';

/** Marks a region of a picture with a brush, and takes the words for what shall be there. */
export function RegionDialog({
  task,
  onDone,
  onClose,
}: {
  task: TaskView;
  onDone: (form: { prompt?: string; mask: string }) => Promise<void>;
  onClose: () => void;
}) {
  const [picture] = task.media;
  const [strokes, setStrokes] = useState<readonly Stroke[]>([]);
  const [size, setSize] = useState(12);
  const [tool, setTool] = useState('brush');
  const [words, setWords] = useState('');
  const [measures, setMeasures] = useState<{ width: number; height: number }>();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    if (measures === undefined) return;
    setBusy(true);
    try {
      const mask = maskOf(strokes, measures.width, measures.height);
      await onDone({ mask, ...(words.trim() ? { prompt: words.trim() } : {}) });
      onClose();
    } catch (error) {
      toastError(error);
      setBusy(false);
    }
  };
  const isMarked = strokes.some(({ isErasing }) => !isErasing);
  return (
    <Dialog
      title={t('region.title')}
      size="large"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            kind="primary"
            busy={busy}
            disabled={!isMarked || measures === undefined}
            onClick={() => void send()}
          >
            {t('region.submit')}
          </Button>
        </>
      }
    >
      <div class="grid gap-5 md:grid-cols-[minmax(0,1fr)_16rem]">
        {picture && (
          <RegionCanvas
            src={mediaAddress(picture)}
            measures={picture}
            strokes={strokes}
            onStrokes={setStrokes}
            size={size / 100}
            isErasing={tool === 'eraser'}
            onMeasures={setMeasures}
          />
        )}
        <div class="flex flex-col gap-4">
          <p class="text-muted">{t('region.lead')}</p>
          <Segmented
            label={t('region.tool')}
            value={tool}
            onValue={setTool}
            choices={[
              { value: 'brush', label: t('region.brush') },
              { value: 'eraser', label: t('region.eraser') },
            ]}
          />
          <Slider label={t('region.size')} value={size} onValue={setSize} min={2} max={50} />
          <div class="flex flex-wrap gap-1.5">
            <Button
              size="small"
              icon="undo"
              disabled={strokes.length === 0}
              onClick={() => setStrokes(strokes.slice(0, -1))}
            >
              {t('region.undo')}
            </Button>
            <Button size="small" disabled={strokes.length === 0} onClick={() => setStrokes([])}>
              {t('region.clear')}
            </Button>
            <Button size="small" onClick={() => setStrokes([everything()])}>
              {t('region.all')}
            </Button>
          </div>
          <TextArea label={t('region.words')} optional value={words} onValue={setWords} />
        </div>
      </div>
    </Dialog>
  );
}
