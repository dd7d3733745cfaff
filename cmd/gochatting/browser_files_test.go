package main

import (
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A folder has what somebody may want to send.
type folder string

func newFolder(t *testing.T) folder {
	f := folder(t.TempDir())
	f.write(t, "notes.txt", "Bring the projector, and the long cable this time.\n")
	f.write(t, "季度报告.pdf", "%PDF-1.7\n")
	f.write(t, "large.bin", string(make([]byte, 3_000_001)))
	f.draw(t, "evening.jpg", 2400, 1600, color.RGBA{250, 150, 70, 255})
	f.draw(t, "tower.png", 300, 900, color.RGBA{120, 190, 230, 255})
	f.draw(t, "sea.jpg", 1200, 900, color.RGBA{60, 160, 170, 255})
	f.draw(t, "forest.jpg", 1000, 1000, color.RGBA{90, 170, 80, 255})
	return f
}

func (f folder) path(name string) string { return filepath.Join(string(f), name) }

func (f folder) write(t *testing.T, name, content string) {
	require.NoError(t, os.WriteFile(f.path(name), []byte(content), 0o600))
}

// draw draws hills under a sky of some colour.
func (f folder) draw(t *testing.T, name string, width, height int, sky color.RGBA) {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			at, c := float64(y)/float64(height), sky
			shade := 1.1 - at
			for hill := range 3 {
				top := .5 + .15*float64(hill) + .06*math.Sin(float64(x)/float64(width)*float64(5+2*hill)+float64(hill))
				if at > top {
					shade = .7 - .18*float64(hill)
				}
			}
			img.SetRGBA(x, y, color.RGBA{uint8(float64(c.R) * shade * .9), uint8(float64(c.G) * shade * .9), uint8(float64(c.B) * shade * .9), 255})
		}
	}
	file, err := os.Create(f.path(name))
	require.NoError(t, err)
	defer file.Close()
	if filepath.Ext(name) == ".png" {
		require.NoError(t, png.Encode(file, img))
	} else {
		require.NoError(t, jpeg.Encode(file, img, &jpeg.Options{Quality: 95}))
	}
}

// chooses chooses files with the button.
func (w *window) chooses(f folder, names ...string) {
	w.t.Helper()
	var paths []string
	for _, name := range names {
		paths = append(paths, f.path(name))
	}
	w.do(chromedp.SetUploadFiles(chromedp.CSS(".attach input"), paths))
}

// uploads waits until just these stand above the field, and how.
func (w *window) uploads(state string, names ...string) {
	w.t.Helper()
	w.await(`(state, names) => {
		const all = [...document.querySelectorAll('.upload')];
		return all.map((upload) => upload.querySelector('.name').textContent).join() === names.join() && all.every((upload) => upload.dataset.state === state);
	}`, state, append([]string{}, names...))
}

// sent waits until a message with just these files is in the log, for good, and its pictures are there.
func (w *window) sent(names ...string) {
	w.t.Helper()
	w.await(`(names) => [...document.querySelectorAll('article.message[data-id]:not(.pending)')].some((message) =>
		[...message.querySelectorAll('.picture')].map((picture) => picture.title).concat([...message.querySelectorAll('.file .name')].map((name) => name.textContent)).join() === names.join()
		&& [...message.querySelectorAll('.picture img')].every((picture) => picture.complete && picture.naturalWidth > 0))`, names)
}

// Ann sends pictures and a report. Ben sees them, without anything moving when the pictures arrive,
// large, from one to the next, and by keyboard. Ann deletes the message, and they are gone.
func (b *browser) files(t *testing.T) {
	server, f := start(t, t.TempDir(), "--max-file", "3000000"), newFolder(t)
	ann, ben := b.joins(t, server.Base, "ann@example.com"), b.joins(t, server.Base, "ben@example.com")
	eval[bool](ben, `() => {
		window.heights = [];
		new MutationObserver(() => {
			const picture = document.querySelector('.picture');
			if (picture && !heights.length) heights.push(picture.firstElementChild.complete, picture.closest('.message').offsetHeight);
		}).observe(log, { childList: true, subtree: true });
		return true;
	}`)

	ann.chooses(f, "evening.jpg", "large.bin", "季度报告.pdf")
	ann.await(`() => document.querySelectorAll('.upload[data-state=done]').length === 2`)
	ann.sees(".upload[data-state=failed] .state", "Too large: at most 2.9 MB")
	ann.hides(".upload[data-state=failed] .retry")
	ann.shows(".upload canvas")
	ann.click("#draft")
	ann.press(kb.Enter)
	ann.sees("#composer-hint", "Not all files went up: try again, or remove them.")
	ann.click(".upload[data-state=failed] .cancel")
	ann.uploads("done", "evening.jpg", "季度报告.pdf")
	ann.click(".upload .alt")
	ann.write("Hills in the evening")
	ann.press(kb.Enter)
	assert.Equal(t, "draft", eval[string](ann, `() => document.activeElement.id`), "which does not send it")
	ann.says("That was yesterday")

	ben.sent("evening.jpg", "季度报告.pdf")
	ann.sent("evening.jpg", "季度报告.pdf")
	ann.uploads("done")
	ben.hears("ann", "That was yesterday")
	assert.Equal(t, eval[[]any](ben, `() => [false, document.querySelector('.picture').closest('.message').offsetHeight]`), eval[[]any](ben, `() => heights`), "before the picture was there, and now")
	assert.Equal(t, "Hills in the evening", eval[string](ben, `() => document.querySelector('.picture img').alt`))
	assert.Equal(t, []any{1600.0, 1067.0}, eval[[]any](ben, `() => { const { naturalWidth, naturalHeight } = document.querySelector('.picture img'); return [naturalWidth, naturalHeight]; }`))
	assert.Equal(t, "attachment; filename*=utf-8''%E5%AD%A3%E5%BA%A6%E6%8A%A5%E5%91%8A.pdf",
		eval[string](ben, `async () => (await fetch(document.querySelector('.file').href)).headers.get('Content-Disposition')`))

	ann.chooses(f, "tower.png", "sea.jpg", "forest.jpg")
	ann.uploads("done", "tower.png", "sea.jpg", "forest.jpg")
	ann.click("#draft")
	ann.press(kb.Enter)
	ben.sent("tower.png", "sea.jpg", "forest.jpg")

	ben.do(chromedp.Focus(chromedp.CSS(".picture")))
	ben.press(kb.Enter)
	ben.shows("#lightbox")
	ben.sees("#lightbox figcaption", "Hills in the evening")
	ben.sees("#lightbox .place", "1 of 4")
	ben.press(kb.ArrowLeft)
	ben.press(kb.ArrowRight)
	ben.press(kb.ArrowRight)
	ben.sees("#lightbox .place", "3 of 4")
	ben.sees("#lightbox figcaption", "sea.jpg")
	assert.Contains(t, eval[string](ben, `() => document.querySelector('#lightbox [download]').href`), "/sea.jpg")
	ben.press(kb.Escape)
	ben.hides("#lightbox")
	assert.Equal(t, "sea.jpg", eval[string](ben, `() => document.activeElement.title`), "the one that was seen last")
	ben.click(".picture[title='sea.jpg']")
	ben.click("#lightbox .next")
	ben.sees("#lightbox .place", "4 of 4")
	ben.hides("#lightbox .next")
	ben.click("#lightbox .shut")
	ben.hides("#lightbox")

	eval[bool](ann, `async () => {
		const { As } = JSON.parse(document.querySelector('#boot').textContent);
		const id = document.querySelector('.picture').closest('.message').dataset.id;
		return (await fetch('/api/v1/rooms/lobby/messages/' + id + '?as=' + As, { method: 'DELETE' })).ok;
	}`)
	ben.await(`() => !document.querySelector('.picture[title="evening.jpg"]') && !document.querySelector('.file')`)
}

// Files come by drag and drop and by pasting, and only where they are meant.
func (b *browser) filesDroppedAndPasted(t *testing.T) {
	server, f := start(t, t.TempDir()), newFolder(t)
	ann := b.joins(t, server.Base, "ann@example.com")
	drag := func(kind input.DispatchDragEventType, x, y float64) {
		ann.do(command(input.DispatchDragEvent, input.DispatchDragEventParams{
			Type: kind, X: x, Y: y, Data: &input.DragData{Items: []*input.DragDataItem{}, Files: []string{f.path("sea.jpg"), f.path("notes.txt")}, DragOperationsMask: 1},
		}))
	}
	for _, x := range []float64{100, 600} { // on the rooms, and on the conversation
		ann.uploads("done")
		drag(input.DispatchDragEventTypeDragEnter, x, 300)
		for n := 0; ann.text("#drop") != "Drop here to send to Lobby"; n++ { // a hand is never quite still
			require.Less(t, n, 1000)
			drag(input.DispatchDragEventTypeDragOver, x, 300)
		}
		ann.shows("#drop")
		drag(input.DispatchDragEventTypeDragOver, x, 300)
		drag(input.DispatchDragEventTypeDrop, x, 300)
		ann.hides("#drop")
	}
	ann.uploads("done", "sea.jpg", "notes.txt")

	paste := func(text string) {
		eval[bool](ann, `(text) => {
			const data = new DataTransfer();
			data.items.add(new File(['x'], 'image.png', { type: 'image/png' }));
			if (text) data.setData('text/plain', text);
			return document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
		}`, text)
	}
	ann.click("#draft")
	paste("A paragraph, with a picture of itself")
	paste("")
	ann.uploads("done", "sea.jpg", "notes.txt", "image.png")
	paste("image.png")
	ann.uploads("done", "sea.jpg", "notes.txt", "image.png", "image.png")

	ann.reload()
	ann.live()
	ann.uploads("done", "sea.jpg", "notes.txt", "image.png", "image.png")
	ann.click(".upload:last-child .cancel")
	ann.uploads("done", "sea.jpg", "notes.txt", "image.png")
	ann.click("#draft")
	ann.press(kb.Enter)
	ann.sent("sea.jpg", "notes.txt", "image.png")
}

// Ann's files take up all the space that she has, which is told although she is not done sending, and
// she makes room.
func (b *browser) filesWithoutSpace(t *testing.T) {
	server, f := start(t, t.TempDir(), "--max-file", "4000000", "--file-quota", "5000000"), newFolder(t)
	ann := b.joins(t, server.Base, "ann@example.com")
	ann.chooses(f, "large.bin")
	ann.uploads("done", "large.bin")
	ann.expect("status of 422")
	ann.chooses(f, "large.bin", "notes.txt")
	ann.sees(".upload[data-state=failed] .state", "Your files take up all the space you have")
	ann.click(".upload:first-child .cancel")
	ann.click(".upload .retry")
	ann.uploads("done", "large.bin", "notes.txt")
}

// The line is bad: what is sent waits for its files, and one that broke off is tried again.
func (b *browser) filesOverABadLine(t *testing.T) {
	server, f := start(t, t.TempDir()), newFolder(t)
	line := newBadLine(t, server.Base)
	ann := b.joins(t, line.Base, "ann@example.com")
	line.hold()
	ann.chooses(f, "evening.jpg")
	ann.await(`() => document.querySelector('.upload progress')?.value > 0`)
	ann.says("As soon as it is there")
	ann.sees("#composer-hint", "Goes out as soon as the files are up.")
	line.release()
	ann.sent("evening.jpg")
	ann.hears("ann", "As soon as it is there")
	ann.uploads("done")

	line.hold()
	ann.chooses(f, "evening.jpg")
	ann.await(`() => document.querySelector('.upload progress')?.value > 0`)
	ann.click("#draft")
	ann.press(kb.Enter)
	ann.expect("net::ERR_")
	line.cut()
	ann.sees(".upload .state", "The connection broke")
	ann.sees("#composer-hint", "Not all files went up: try again, or remove them.")
	line.release()
	ann.click(".upload .retry")
	ann.uploads("done", "evening.jpg")
	ann.click("#draft")
	ann.press(kb.Enter)
	ann.uploads("done")
	ann.await(`() => document.querySelectorAll('.message:not(.pending) .picture').length === 2`)
}
