import { render, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { address } from "@/api/client";
import { useApi } from "@/api/use";
import { SessionProvider, useSession } from "@/model/session";
import { serve } from "./stub";

const me = (username: string) => ({ username, role: "viewer" as const, via: "session" as const, csrf_token: "t" });

function Page() {
  const { data, mutate } = useApi<{ words: string }>(address("/secret"));
  return (
    <button type="button" onClick={() => mutate()}>
      {useSession().me.username} reads {data?.words ?? "nothing"}
    </button>
  );
}

it("who comes after somebody whose session has ended is told so, and sees nothing that was read before", async () => {
  let known = true;
  serve({
    "GET /auth/me": me("ada"),
    "GET /secret": () => (known ? { json: { words: "what ada may see" } } : { status: 401, json: { detail: "log in" } }),
  });
  render(
    <SessionProvider
      login={(enter, ended) => (
        <button type="button" onClick={() => enter(me("vera"))}>
          {ended ? "the session has ended" : "log in"}
        </button>
      )}
    >
      <Page />
    </SessionProvider>,
  );
  const user = userEvent.setup();
  const page = await screen.findByText("ada reads what ada may see");
  known = false;
  await user.click(page);
  const login = await screen.findByText("the session has ended");
  serve({ "GET /secret": () => ({ status: 403, json: { detail: "not for you" } }) });
  await user.click(login);
  await screen.findByText("vera reads nothing");
  expect(screen.queryByText(/what ada may see/)).toBeNull();
});
