import { SpokenError } from './errors.ts';

const REPAINT =
  '请改用submit/imagine并将图片放入base64Array，或对已放大的任务进行局部重绘（submit/action与submit/modal）';
const NO_SWAP = '不支持换脸：Discord上的Midjourney没有此功能，请使用专门的换脸服务';
const NO_PROFILE = '不支持个性化配置：Discord上的Midjourney没有此接口，请在提示词中使用--p';

/** Paths below `/mj` that Midjourney-Proxy serves by other means than Discord, with what to do instead. */
export const ABSENT_ENDPOINTS: Readonly<Record<string, string>> = {
  'submit/retexture': `不支持retexture：Discord上的Midjourney没有此功能，${REPAINT}`,
  'submit/enhance': `不支持enhance：Discord上的Midjourney没有此功能，${REPAINT}`,
  'insight-face/swap': NO_SWAP,
  'insight-face/video-swap': NO_SWAP,
  'profile/create': NO_PROFILE,
  'profile/:id/fetch': NO_PROFILE,
  'profile/pair/skip': NO_PROFILE,
  'profile/pair/rate': NO_PROFILE,
  'profile/pair/:id': NO_PROFILE,
};

/** The refusal of a path that no button of Discord stands behind. */
export function absent(text: string): SpokenError {
  return new SpokenError('unsupported_parameter', text);
}
