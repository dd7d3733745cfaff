package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Mei's browser asks for Chinese, and everything is Chinese until she switches to English, which
// stays. Ann's asks for English, and she switches to Chinese.
func (b *browser) chineseAndEnglish(t *testing.T) {
	server := start(t, t.TempDir())
	mei := b.window(t)
	mei.prefers("zh-CN,zh,en")
	mei.open(server.Base + "/")
	mei.sees("#join button", "进入")
	assert.Equal(t, "zh-Hans", eval[string](mei, `() => document.documentElement.lang`))
	mei.join(server.Base, "mei@example.com")
	mei.sees("#room-name", "大厅")
	mei.await(`() => document.querySelector('#people-title').textContent.startsWith('谁在这里')`)
	mei.says("你好")
	mei.hears("mei", "你好")
	mei.sees(".day", "今天")
	ann := b.joins(t, server.Base, "ann@example.com")
	mei.sees(".notice", "ann 来了")

	mei.click("#me")
	mei.click("#you .languages [lang=en]")
	mei.live()
	mei.sees("#room-name", "Lobby")
	mei.reload()
	mei.live()
	mei.sees("#room-name", "Lobby")
	mei.with("ann", "mei")

	ann.sees("#room-name", "Lobby")
	ann.open(server.Base + "/?next=/rooms/lobby")
	ann.click(".languages [lang=zh]")
	ann.sees("#join button", "进入")
	ann.click(".continue a")
	ann.live()
	ann.sees("#room-name", "大厅")
	assert.Empty(t, eval[string](ann, `() => [...document.querySelectorAll('button, input, textarea, [role]')].filter(
		(element) => /[a-z]{4}/i.test(element.ariaLabel ?? '') || /[a-z]{4}/i.test(element.placeholder ?? '')).map((element) => element.outerHTML).join()`), "no label is English")
}
