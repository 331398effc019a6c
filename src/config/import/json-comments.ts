/** A string, or a comment as JavaScript has it. */
const STRING_OR_COMMENT = /"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** Takes the comments out of JSON that was edited by hand; what stays keeps its place in the text. */
export function withoutComments(text: string): string {
  return text.replaceAll(STRING_OR_COMMENT, (part) =>
    part.startsWith('"') ? part : part.replaceAll(/[^\n]/g, ' '),
  );
}
