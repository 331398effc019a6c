/**
 * What a job is recognised by. `nonce` of an interaction; `message` that shows the progress; `interaction` id; `job`: the
 * bot's own id; `parent`: the message whose button was pressed; `text`: the prompt, made alike.
 */
export type KeyKind = 'nonce' | 'message' | 'interaction' | 'job' | 'parent' | 'text';
