// Takes the pictures of the page at `/`; how to run it is in README.md beside it.
import { chromium } from "playwright-core";

const [url, directory = "."] = process.argv.slice(2);
if (!url) throw new Error("say where Lookout listens: node take.mjs http://127.0.0.1:PORT/ [DIRECTORY]");

const devices = {
  desktop: { viewport: { width: 1280, height: 1000 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true, hasTouch: true },
};
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
for (const [device, options] of Object.entries(devices)) {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ ...options, colorScheme });
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(url);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (overflow > 0) complaints.push(`the page is ${overflow} pixels wider than the window`);
    if (complaints.length > 0) throw new Error(`${device}, ${colorScheme}: ${complaints.join("; ")}`);
    await page.screenshot({ path: `${directory}/overview-${device}-${colorScheme}.png` });
    await context.close();
  }
}
await browser.close();
