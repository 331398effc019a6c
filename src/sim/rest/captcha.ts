/** Discord's wish to see a person (userdoccers, "CAPTCHA"): an hCaptcha that this simulator never takes for solved. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Answer } from './route.ts';

/** A site key in the form of hCaptcha's. */
const SITE_KEY = 'a9b5fb07-92ff-493f-86fe-352a2803b3df';

/** The answer: status 400 with what a solver would need. */
export function captchaReply(): Answer {
  return {
    status: 400,
    body: {
      captcha_key: ['captcha-required'],
      captcha_sitekey: SITE_KEY,
      captcha_service: 'hcaptcha',
      captcha_session_id: randomUUID(),
      captcha_rqdata: randomBytes(96).toString('base64'),
      captcha_rqtoken: randomBytes(48).toString('base64url'),
    },
  };
}
