/** x */
export const accounts = {};
