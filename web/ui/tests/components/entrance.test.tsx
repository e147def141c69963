import { screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Entrance } from "@/pages/login/entrance";
import { serve, show } from "./stub";

const kMe = { username: "ada", role: "admin", via: "session", csrf_token: "t" };
const logIn = async (user: ReturnType<typeof userEvent.setup>) => {
  await user.type(await screen.findByLabelText("User name"), "ada");
  await user.type(screen.getByLabelText("Password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Log in" }));
};

beforeEach(() => history.replaceState(null, "", "/"));

describe("the login", () => {
  it("enters with what the daemon says of the user", async () => {
    const asked = serve({ "GET /auth/status": { login: "required", setup: false }, "POST /auth/login": kMe });
    const enter = vi.fn();
    show(<Entrance onEnter={enter} />);
    await logIn(userEvent.setup());
    await waitFor(() => expect(enter).toHaveBeenCalledWith(kMe));
    expect(asked.at(-1)!.body).toEqual({ username: "ada", password: "correct horse" });
  });
  it("says why not, and forgets the wrong password", async () => {
    serve({ "GET /auth/status": { login: "required", setup: false }, "POST /auth/login": () => ({ status: 401, json: { detail: "the username or the password is wrong" } }) });
    show(<Entrance onEnter={() => {}} />);
    await logIn(userEvent.setup());
    expect((await screen.findByRole("alert")).textContent).toContain("the password is wrong");
    expect(screen.getByLabelText<HTMLInputElement>("Password").value).toBe("");
  });
  it("counts down until another try is taken", async () => {
    serve({ "GET /auth/status": { login: "required", setup: false }, "POST /auth/login": () => ({ status: 429, headers: { "Retry-After": "2" }, json: { detail: "too many" } }) });
    show(<Entrance onEnter={() => {}} />);
    await logIn(userEvent.setup());
    expect((await screen.findByRole<HTMLButtonElement>("button", { name: "Wait 2 s" })).disabled).toBe(true);
    await waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button", { name: "Log in" }).disabled).toBe(false), { timeout: 4000 });
  });
});

describe("the first start", () => {
  it("says where the link is to who has come without it", async () => {
    serve({ "GET /auth/status": { login: "required", setup: true } });
    show(<Entrance onEnter={() => {}} />);
    expect(await screen.findByText(/Nobody can log in yet/)).toBeTruthy();
    expect(screen.queryByLabelText("New password")).toBeNull();
  });
  it("makes the first user with the link's token, once the passwords are the same", async () => {
    history.replaceState(null, "", "/setup#one-time");
    const asked = serve({ "GET /auth/status": { login: "required", setup: true }, "POST /auth/setup": kMe });
    const enter = vi.fn();
    show(<Entrance onEnter={enter} />);
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText("User name"), "ada");
    await user.type(screen.getByLabelText("New password"), "correct horse");
    await user.type(screen.getByLabelText("Again"), "correct house");
    await user.click(screen.getByRole("button", { name: "Make the first user" }));
    expect(await screen.findByText("is not the same as above")).toBeTruthy();
    expect(asked.some(({ method }) => method === "POST")).toBe(false);
    await user.clear(screen.getByLabelText("Again"));
    await user.type(screen.getByLabelText("Again"), "correct horse");
    await user.click(screen.getByRole("button", { name: "Make the first user" }));
    await waitFor(() => expect(enter).toHaveBeenCalled());
    expect(asked.at(-1)!.body).toEqual({ setup_token: "one-time", username: "ada", password: "correct horse" });
  });
});
