import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { House, until } from "./house";

const kDags = { etl: `id: etl\ntasks:\n  a: {run: "echo a"}\n` };
const kPassword = "correct horse battery";

async function logIn(page: Page, username: string, password: string) {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

describe("from the first start on", () => {
  let house: House;
  beforeAll(async () => {
    house = await House.open(kDags);
  });
  afterAll(() => house?.close());

  it("the link in the daemon's log makes the first user, who is logged in", async () => {
    const token = await until("the log tells the link", () => /\/setup#(\S+)/.exec(house.log)?.[1]);
    const page = await house.visit(`/setup#${token}`);
    await page.getByLabel("User name").fill("ada");
    await page.getByLabel("New password").fill(kPassword);
    await page.getByLabel("Again").fill(kPassword);
    await page.getByRole("button", { name: "Make the first user" }).click();
    await page.getByRole("heading", { name: "Home" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    await page.context().close();
  });

  it("a wrong password is refused, the right one enters the page that was asked for", async () => {
    const page = await house.visit("/dags");
    await logIn(page, "ada", "not the password");
    await page.getByRole("alert").waitFor();
    await logIn(page, "ada", kPassword);
    await page.getByRole("link", { name: "etl", exact: true }).waitFor();
    await page.context().close();
  });

  it("a viewer's buttons are disabled where the daemon would refuse", async () => {
    const admin = await house.visit("/users");
    await logIn(admin, "ada", kPassword);
    await admin.getByRole("button", { name: "Add a user" }).click();
    await admin.getByLabel("User name").fill("vera");
    await admin.getByLabel("Role").selectOption("viewer");
    await admin.getByLabel("New password").fill(kPassword);
    await admin.getByLabel("Again").fill(kPassword);
    await admin.getByRole("button", { name: "Add", exact: true }).click();
    await admin.getByText("vera is added").waitFor();
    await admin.context().close();

    const page = await house.visit("/dags");
    await logIn(page, "vera", kPassword);
    const pause = page.getByRole("button", { name: "Pause etl" });
    await pause.waitFor();
    expect(await pause.isDisabled()).toBe(true);
    expect(await page.getByRole("link", { name: "Users" }).count()).toBe(0);
    await page.context().close();
  });

  it("a token is shown once, and lets a program in", async () => {
    const page = await house.visit("/tokens");
    await logIn(page, "ada", kPassword);
    await page.getByRole("button", { name: "Make a token" }).click();
    await page.getByLabel("Name", { exact: true }).fill("ci");
    await page.getByRole("button", { name: "Make it" }).click();
    const token = (await page.getByTestId("token").textContent())!.trim();
    const answer = await fetch(`${house.url}/api/v2/dags`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect((await fetch(`${house.url}/api/v2/dags`)).status).toBe(401);
    await page.reload();
    await page.getByText("ci", { exact: true }).waitFor();
    expect(await page.getByText(token).count()).toBe(0);
    await page.context().close();
  });
});
