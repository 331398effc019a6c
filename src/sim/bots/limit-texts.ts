/** Texts that Coze bots post instead of an answer, as users of Coze on Discord saw them. */
export const LIMIT_TEXTS: Readonly<Record<string, string>> = {
  error: 'Something wrong occurs, please retry. If the error persists, please contact the support team.',
  'error-community': 'Some error occurred. Please try again or contact the support team in our communities.',
  traffic: "We've detected unusual traffic from your network, so Coze is temporarily unavailable.",
  busy: 'There are too many users now. Please try again a bit later.',
  refusal: "I'm sorry, but I can't assist with that.",
  free: "Hi there! You've used up your free chat credits. To continue enjoying our service, please consider upgrading to our premium plan [Upgrade to Coze Premium to chat]",
  daily: 'You have exceeded the daily limit for sending messages to the bot. Please try again later.',
  credits:
    "Hi there! You've used up your credits for today. To continue enjoying our service, please try again tomorrow or consider upgrading to our premium plan.",
  creator:
    "The bot's usage is covered by the developer, but due to the developer's message credits being exhausted, the bot is temporarily unavailable.",
};
