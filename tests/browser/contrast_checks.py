"""Check the contrast of text (WCAG 1.4.3) in the light and the dark scheme."""

from typing import Literal

import pytest

Scheme = Literal["light", "dark"]
light_and_dark = pytest.mark.parametrize("scheme", ["light", "dark"])
# Paint the backgrounds behind each text on a canvas, then its colour, and compare them. Returns
# [text, contrast] for each text below 4.5, or below 3 if it is large.
TOO_FAINT = """() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const paint = canvas.getContext('2d', { willReadFrequently: true });
    const luminance = () => [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)
        .map(value => value / 255)
        .map(value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [.2126, .7152, .0722][at], 0);
    const fill = (colour, alpha = 1) => {
        paint.globalAlpha = alpha;
        paint.fillStyle = colour;
        paint.fillRect(0, 0, 1, 1);
    };
    const ancestors = element => element ? [...ancestors(element.parentElement), element] : [];
    const contrast = element => {
        fill('white');
        const path = ancestors(element);
        path.forEach(one => fill(getComputedStyle(one).backgroundColor));
        const behind = luminance();
        const opacity = path.reduce((all, one) => all * getComputedStyle(one).opacity, 1);
        fill(getComputedStyle(element).color, opacity);
        const [dark, light] = [behind, luminance()].sort((a, b) => a - b);
        return (light + .05) / (dark + .05);
    };
    const least = element => {
        const { fontSize, fontWeight } = getComputedStyle(element);
        const [size, bold] = [parseFloat(fontSize), fontWeight >= 700];
        return size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    window.wordsSeen = [];
    while (texts.nextNode()) {
        const [words, element] = [texts.currentNode.data.trim(), texts.currentNode.parentElement];
        if (!words || !element.checkVisibility() || element.closest('script, noscript')) continue;
        window.wordsSeen.push(words);
        const found = contrast(element);
        if (found < least(element)) faint.push([words, found.toFixed(2)]);
    }
    return faint;
}"""
