"""Makes docs/chat.png and docs/chat.gif from the real page over the bundled articles: python tools/pictures.py

Needs the dev extra, chromium and chromium-driver. The animation is under 1.5 MB; pictures are only written when both were made.
"""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 1280, 800
MOST = 1_500_000  # bytes of the animation
QUESTION = "What share of songs uploaded to Deezer each day is AI-generated?"
FOLLOWING = "When did Tennessee's ELVIS Act take effect?"


class Camera:
    """A reader whose every step is a frame."""

    def __init__(self, address: str) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--window-size={WIDTH},{HEIGHT + 143}",
        ):
            options.add_argument(flag)
        self.driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver") or ""))
        self.frames: list[tuple[Image.Image, int]] = []  # with milliseconds
        self.driver.get(address)
        self.wait(lambda: self.driver.find_elements(By.CSS_SELECTOR, "#following button"))

    def wait(self, done: Callable[[], object]) -> None:
        WebDriverWait(self.driver, 60, 0.1, ignored_exceptions=[Exception]).until(lambda _: done())

    def see(self, milliseconds: int) -> Image.Image:
        picture = Image.open(io.BytesIO(self.driver.get_screenshot_as_png())).convert("RGB").crop((0, 0, WIDTH, HEIGHT))
        self.frames.append((picture, milliseconds))
        return picture

    def ask(self, question: str) -> None:
        """Typed in a few frames, sent, and waited for."""
        field = self.driver.find_element(By.CSS_SELECTOR, "#question textarea")
        before = len(self.driver.find_elements(By.CSS_SELECTOR, "#conversation .feedback"))
        for start in range(0, len(question), 16):
            field.send_keys(question[start : start + 16])
            self.see(180)
        field.send_keys(Keys.ENTER)
        self.wait(lambda: len(self.driver.find_elements(By.CSS_SELECTOR, "#conversation .feedback")) > before)
        time.sleep(1.5)  # the questions to ask next
        self.see(1800)

    def follow(self, mark: int) -> Image.Image:
        """The mark's quote, then its passage."""
        found = self.driver.find_elements(By.CSS_SELECTOR, ".turn:last-child a.mark")[mark]
        webdriver.ActionChains(self.driver).move_to_element(found).perform()
        time.sleep(0.3)
        self.see(1600)
        found.click()
        time.sleep(0.8)
        return self.see(2200)


def animation(frames: list[tuple[Image.Image, int]]) -> bytes:
    """The frames as a GIF, with as many colours as leave it small enough."""
    for size, colours in ((900, 64), (800, 48), (720, 32)):
        small = [frame.resize((size, HEIGHT * size // WIDTH), Image.Resampling.LANCZOS) for frame, _ in frames]
        palette = small[-1].quantize(colours, dither=Image.Dither.NONE)
        flat = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
        out = io.BytesIO()
        flat[0].save(
            out, "GIF", save_all=True, append_images=flat[1:], duration=[wait for _, wait in frames], loop=0, optimize=True
        )
        if out.tell() < MOST:
            return out.getvalue()
    raise SystemExit(f"The animation has {out.tell()} bytes, more than {MOST}: ask less in it.")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        command = [sys.executable, str(ROOT / "cli.py"), "--data-dir", str(Path(folder) / "library")]
        subprocess.run([*command, "ingest", str(ROOT / "corpus")], check=True)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        server = subprocess.Popen([*command, "ui", "--port", str(port)], stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            server.stdout.readline()
            camera = Camera(f"http://127.0.0.1:{port}")
            camera.see(900)
            camera.ask(QUESTION)
            picture = camera.follow(0)
            camera.ask(FOLLOWING)
            camera.follow(0)
            moving = animation(camera.frames)
            camera.driver.quit()
        finally:
            server.terminate()
            server.wait(30)
    picture.save(ROOT / "docs" / "chat.png", optimize=True)
    (ROOT / "docs" / "chat.gif").write_bytes(moving)
    print(f"docs/chat.png, docs/chat.gif: {len(moving) / 1e6:.2f} MB, {len(camera.frames)} frames")


if __name__ == "__main__":
    main()
