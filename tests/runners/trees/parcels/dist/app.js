function a(b){var c;return eval(b)}
