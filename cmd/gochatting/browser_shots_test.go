package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// Pictures of the page, for people to look at, go to the folder that GOCHATTING_SHOTS names.
func (b *browser) screenshots(t *testing.T) {
	dir := os.Getenv("GOCHATTING_SHOTS")
	if dir == "" {
		t.Skip("no screenshots: GOCHATTING_SHOTS names no folder for them")
	}
	require.NoError(t, os.MkdirAll(dir, 0o755))
	profiles := profilesOf(t, map[string]string{anna: "Anna Keller", mei: "李梅", jonas: "Jonas Okafor", sofia: "Sofía Reyes"})
	server, people := recall(t, planning(), "--gravatar", profiles, "--gravatar-api", profiles+"/v3")
	for _, email := range []string{mei, jonas, sofia} {
		people[email].Open()
	}
	s := &shots{b, dir, server.Base}

	s.take("join", b.window(t), s.door)
	s.take("join-dark", b.window(t).dark(), s.door)
	s.take("join-zh", b.window(t).inChinese(), s.door)
	s.take("join-phone", b.window(t).holdsPhone(), s.door)
	s.take("join-code", b.window(t), func(w *window) {
		w.expect("status of 409")
		w.knock(s.base, anna)
		w.shows("#join [name=code]")
	})
	s.take("room", b.window(t), s.roomOf(people[anna]))
	s.take("room-dark", b.window(t).dark(), s.roomOf(people[anna]))
	s.take("room-zh", b.window(t).inChinese(), s.roomOf(people[mei]))
	s.take("room-phone", b.window(t).holdsPhone(), s.roomOf(people[anna]))
	s.take("room-phone-dark", b.window(t).holdsPhone().dark(), s.roomOf(people[anna]))
	s.take("room-phone-people", b.window(t).holdsPhone(), func(w *window) {
		s.roomOf(people[anna])(w)
		w.tap(".open-people")
	})
	s.take("room-phone-rooms", b.window(t).holdsPhone().dark(), func(w *window) {
		s.roomOf(people[anna])(w)
		w.tap(".open-rooms")
	})
	s.take("you", b.window(t), func(w *window) {
		s.roomOf(people[anna])(w)
		w.click("#me")
	})
	s.take("device", b.window(t), func(w *window) {
		s.roomOf(people[anna])(w)
		w.click("#me")
		w.click("#add-device")
		w.await(`() => document.querySelector('#device .left').textContent`)
	})
	s.take("reconnecting", b.window(t), func(w *window) {
		s.roomOf(people[anna])(w)
		w.expectNoServer()
		server.stop()
		w.says("The bridge it is. I will be early.")
		w.says("第一个到的人买咖啡 ☕")
		w.sees("#connection", "Reconnecting…")
	})
}

// shots are pictures of a server's pages in the making.
type shots struct {
	*browser
	dir  string
	base string
}

// take takes a picture of what a window shows when it has been led there.
func (s *shots) take(name string, w *window, lead func(*window)) {
	w.t.Helper()
	lead(w)
	w.settles()
	picture, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	require.NoError(w.t, err)
	assert.NoError(w.t, os.WriteFile(filepath.Join(s.dir, name+".png"), picture, 0o644))
	w.close()
}

func (s *shots) door(w *window) { w.open(s.base + "/") }

// roomOf leads somebody in who is here already, with a code of theirs.
func (s *shots) roomOf(person *chattest.Person) func(*window) {
	return func(w *window) {
		var device struct{ Code string }
		person.Post("/api/v1/me/devices", "{}", &device)
		w.expect("status of 409")
		w.knock(s.base, person.Me.Email)
		w.shows("#join [name=code]")
		w.write(device.Code)
		w.press(kb.Enter)
		w.live()
		w.await(`() => document.querySelector('#online').textContent === '4'
			&& [...document.images].every((picture) => picture.naturalWidth > 0 || !picture.checkVisibility())`)
	}
}

func (w *window) dark() *window {
	w.do(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	}))
	return w
}

func (w *window) inChinese() *window {
	w.prefers("zh-CN,zh")
	return w
}

const (
	anna  = "anna@example.com"
	mei   = "mei@example.com"
	jonas = "jonas@example.com"
	sofia = "sofia@example.com"
)

// planning is how four people who make a map for cyclists plan a day.
func planning() []utterance {
	return []utterance{
		{jonas, daysAgo(1, 17, 42), "The tiles along the river are finally rendering 🎉"},
		{jonas, daysAgo(1, 17, 43), "1.8 s before, 140 ms now. We sorted every node twice, and nobody had noticed."},
		{jonas, daysAgo(1, 17, 44), "🚲🚲🚲"},
		{mei, daysAgo(1, 17, 45), "太好了！手机上也流畅多了，我刚在地铁里试过。"},
		{anna, daysAgo(1, 17, 51), "Beautiful. Shall we show it on Saturday?"},
		{sofia, daysAgo(0, 9, 12), "Good morning! The plan for Saturday is here: https://example.org/ride"},
		{sofia, daysAgo(0, 9, 13), "And the coffee is on me ☕"},
		{mei, daysAgo(0, 9, 15), "早上好 ☀️ 我来讲离线地图那部分，大概十分钟。"},
		{anna, daysAgo(0, 9, 16), "Perfect. I will bring the projector, and the long cable this time."},
		{mei, daysAgo(0, 9, 21), "Jonas，你的幻灯片能不能加一页中文的？有几位老人家会来。"},
		{jonas, daysAgo(0, 9, 24), "Of course. Could you check my characters? I wrote 河边小路 for “river path”."},
		{mei, daysAgo(0, 9, 25), "完全正确 👍"},
		{anna, daysAgo(0, 9, 31), "Then see you all at ten, at the old bridge."},
	}
}
