/** The daemon's limits, in bytes. */
export const kShortestPassword = 10;

/** What is wrong with a new password, typed twice; null: nothing. */
export function passwordFault(password: string, again: string): { password?: string; again?: string } | null {
  if (new TextEncoder().encode(password).length < kShortestPassword) return { password: `has at least ${kShortestPassword} characters` };
  if (password !== again) return { again: "is not the same as above" };
  return null;
}
