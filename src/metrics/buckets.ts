/** Upper bounds in seconds, for answers that take from a blink to the default deadline of five minutes. */
export const ANSWER_BUCKETS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300, 600];

/** For work of a bot: from an instant answer to half an hour. */
export const TASK_BUCKETS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800];

/** For requests: from a look at a task to a streamed answer. */
export const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** For calls over a network. */
export const CALL_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** For what the gateway itself takes: from a tenth of a millisecond up. */
export const DELAY_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
];
