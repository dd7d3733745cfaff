package server_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
	"gochatting/internal/message"
	"gochatting/internal/store"
)

// where is what a phone writes into a picture: that it lies on its side, and where it was taken.
const where = "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS 52.5163N 13.3777E"

// photo is one that a phone took.
func photo(t testing.TB, width, height int) string {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x ^ y), 255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	exif := append([]byte{0xff, 0xe1, 0, byte(2 + len(where))}, where...)
	return string(slices.Insert(b.Bytes(), 2, exif...))
}

func send(p *chattest.Person, name, content string) message.File {
	p.T.Helper()
	var f message.File
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/files?name="+url.QueryEscape(name), content, &f))
	return f
}

// refused is how an upload fails.
func refused(p *chattest.Person, content string) (status int, told message.Error) {
	var answer struct{ Error message.Error }
	status = p.Post("/api/v1/files?name=x", content, &answer)
	return status, answer.Error
}

// say says something with files, in a room.
func sayWith(p *chattest.Person, room string, files ...message.File) message.TextMessage {
	p.T.Helper()
	var list []string
	for _, f := range files {
		list = append(list, `{"ID":"`+f.ID+`","Alt":"What it shows"}`)
	}
	var m message.Message
	require.Equal(p.T, http.StatusCreated, p.Post("/api/v1/rooms/"+room+"/messages", `{"TextMessage":{"Content":"","Files":[`+strings.Join(list, ",")+`]}}`, &m))
	return *m.TextMessage
}

func fetch(p *chattest.Person, path string, header ...string) (*http.Response, string) {
	p.T.Helper()
	r, err := http.NewRequestWithContext(p.T.Context(), http.MethodGet, p.Base+path, nil)
	require.NoError(p.T, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := p.HTTP.Do(r)
	require.NoError(p.T, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(p.T, err)
	return response, string(body)
}

func status(p *chattest.Person, path string) int {
	response, _ := fetch(p, path)
	return response.StatusCode
}

// blobs are the contents on the disk, and what is half-written.
func blobs(t assert.TestingT, s *site) (paths []string) {
	assert.NoError(t, filepath.WalkDir(s.Files, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

// A file from being chosen to being deleted: Ann sends a photo and a report, Ben saves them.
func TestAFilesLife(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann, ben := chattest.Join(t, s.URL, "ann@example.com"), chattest.Join(t, s.URL, "ben@example.com")
	raw := photo(t, 1700, 40)
	picture, report := send(ann, "../Ferien 海.jpg", raw), send(ann, "report.pdf", "%PDF-1.7 and so on")
	assert.Equal(t, message.File{
		ID: picture.ID, Name: "Ferien 海.jpg", Type: "image/jpeg", Size: int64(len(raw)),
		URL: "/files/" + picture.ID + "/Ferien%20%E6%B5%B7.jpg", Preview: "/previews/" + picture.ID, Width: 38, Height: 1600,
	}, picture)
	assert.Equal(t, message.File{ID: report.ID, Name: "report.pdf", Type: "application/pdf", Size: 18, URL: "/files/" + report.ID + "/report.pdf"}, report)
	assert.Len(t, blobs(t, s), 3)

	said := sayWith(ann, message.Lobby, picture, report)
	picture.Alt, report.Alt = "What it shows", "What it shows"
	assert.Equal(t, []message.File{picture, report}, said.Files)

	response, body := fetch(ben, picture.URL)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, raw, body, "as it was sent")
	assert.Equal(t, "image/jpeg", response.Header.Get("Content-Type"))
	assert.Equal(t, `attachment; filename*=utf-8''Ferien%20%E6%B5%B7.jpg`, response.Header.Get("Content-Disposition"))
	response, _ = fetch(ben, report.URL)
	assert.Equal(t, `attachment; filename=report.pdf`, response.Header.Get("Content-Disposition"))

	response, body = fetch(ben, picture.Preview)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "image/jpeg", response.Header.Get("Content-Type"))
	assert.Empty(t, response.Header.Get("Content-Disposition"))
	assert.NotContains(t, body, "GPS")
	config, err := jpeg.DecodeConfig(strings.NewReader(body))
	require.NoError(t, err)
	assert.Equal(t, [2]int{38, 1600}, [2]int{config.Width, config.Height})
	assert.Equal(t, http.StatusNotFound, status(ben, "/previews/"+report.ID))

	part, body := fetch(ben, report.URL, "Range", "bytes=5-7")
	assert.Equal(t, http.StatusPartialContent, part.StatusCode)
	assert.Equal(t, "1.7", body)
	same, _ := fetch(ben, report.URL, "If-None-Match", part.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, same.StatusCode)

	assert.Equal(t, http.StatusNotFound, ann.Delete("/api/v1/files/"+picture.ID, nil), "it is in a message")
	assert.Equal(t, http.StatusOK, ann.Delete("/api/v1/rooms/lobby/messages/"+strconv.FormatInt(said.ID, 10), nil))
	for _, path := range []string{picture.URL, picture.Preview, report.URL} {
		assert.Equal(t, http.StatusNotFound, status(ben, path), "with its message")
	}
	assert.Empty(t, blobs(t, s), "nothing of it is left on the disk")
}

func TestAFileThatIsTakenBack(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann, ben := chattest.Join(t, s.URL, "ann@example.com"), chattest.Join(t, s.URL, "ben@example.com")
	mine, same := send(ann, "a.txt", "the same"), send(ben, "b.txt", "the same")
	require.Len(t, blobs(t, s), 1)
	assert.Equal(t, http.StatusNotFound, ben.Delete("/api/v1/files/"+mine.ID, nil))
	assert.Equal(t, http.StatusOK, ann.Delete("/api/v1/files/"+mine.ID, nil))
	assert.Equal(t, http.StatusNotFound, status(ann, mine.URL))
	assert.Equal(t, http.StatusOK, status(ben, same.URL), "Ben has the same")
	assert.Equal(t, http.StatusOK, ben.Delete("/api/v1/files/"+same.ID, nil))
	assert.Empty(t, blobs(t, s))
}

// Nobody learns of a file who may not read its room: not from its address, nor by attaching it.
func TestHostile19FilesOfOthers(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann, ben := chattest.Join(t, s.URL, "ann@example.com"), chattest.Join(t, s.URL, "ben@example.com")
	f := send(ann, "p.jpg", photo(t, 30, 30))
	nobody := chattest.Visitor(t, s.URL)
	for _, path := range []string{f.URL, f.Preview} {
		assert.Equal(t, http.StatusOK, status(ann, path))
		assert.Equal(t, http.StatusNotFound, status(ben, path), "not attached yet")
		assert.Equal(t, http.StatusUnauthorized, status(nobody, path))
	}
	assert.Equal(t, http.StatusBadRequest, ben.Post("/api/v1/rooms/lobby/messages", `{"TextMessage":{"Content":"","Files":[{"ID":"`+f.ID+`"}]}}`, nil))
	room, _, err := s.Store.MakeRoom(t.Context(), ann.Me.ID, store.NewRoom{Name: "Ours", Kind: message.PrivateRoom})
	require.NoError(t, err)
	sayWith(ann, room.ID, f)
	for _, path := range []string{f.URL, f.Preview} {
		assert.Equal(t, http.StatusOK, status(ann, path))
		assert.Equal(t, http.StatusNotFound, status(ben, path), "in a room that he is not in")
	}
	// One browser that is both of them sees what either may see.
	ben.Join("cem@example.com")
	_, err = s.Store.AddMember(t.Context(), ann.Me.ID, room.ID, ben.Me.ID)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, status(ben, f.URL))
}

// Whatever it is said to be, and is: it is saved, and never run on our site.
func TestHostile14PagesAreNoPictures(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for content, served := range map[string]string{
		"<!doctype html><script>alert(1)</script>":                         "application/octet-stream",
		"<?xml version='1.0'?><svg><script>1</script></svg>":               "application/octet-stream",
		"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>": "text/plain",
		"%PDF-1.7":                                    "application/pdf",
		"\x89PNG\r\n\x1a\n<script></script>":          "image/png",
		"GIF89a\x01\x00\x01\x00<svg onload=alert(1)>": "image/gif",
	} {
		f := send(ann, "x.png", content)
		assert.Empty(t, f.Preview, content)
		response, body := fetch(ann, f.URL)
		assert.Equal(t, content, body)
		for header, want := range map[string]string{
			"Content-Type": served, "Content-Disposition": "attachment; filename=x.png", "Content-Security-Policy": "default-src 'none'; sandbox",
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			assert.Equal(t, want, response.Header.Get(header), "%s of %s", header, content)
		}
	}
	f := send(ann, "x.html", photo(t, 20, 20))
	response, _ := fetch(ann, f.Preview)
	assert.Equal(t, "image/jpeg", response.Header.Get("Content-Type"))
	assert.Equal(t, "default-src 'none'; sandbox", response.Header.Get("Content-Security-Policy"))
	assert.Equal(t, "no-store", response.Header.Get("Cache-Control"))
}

func TestHostile15PixelFloodsAreNotTaken(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	for _, flood := range []string{
		"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\xc3\x50\x00\x00\xc3\x50\x08\x06\x00\x00\x00\x4b\xaf\x3d\xca", // 50000²
		"GIF89a\xff\xff\xff\xff\x00\x00\x00",
	} {
		code, told := refused(ann, flood)
		assert.Equal(t, http.StatusRequestEntityTooLarge, code)
		assert.Contains(t, told.Text, "pixels")
	}
	assert.Empty(t, blobs(t, s))
}

func TestHostile20TooMuch(t *testing.T) {
	cfg := limited
	cfg.FileBytes, cfg.FileQuota = 1000, 2500
	s := open(t, cfg, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	code, told := refused(ann, strings.Repeat("x", 1001))
	assert.Equal(t, http.StatusRequestEntityTooLarge, code)
	assert.Equal(t, message.CodeTooLong, told.Code)
	// Nor without a length.
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1/files?name=x", io.MultiReader(strings.NewReader(strings.Repeat("x", 1001))))
	require.NoError(t, err)
	response, err := ann.HTTP.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
	assert.Empty(t, blobs(t, s))

	// Ten at once, of which two fit.
	var all sync.WaitGroup
	codes := make(chan int, 10)
	for i := range 10 {
		all.Go(func() {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v1/files?name=x", strings.NewReader(strings.Repeat(strconv.Itoa(i), 1000)))
			if !assert.NoError(t, err) {
				return
			}
			response, err := ann.HTTP.Do(r)
			if assert.NoError(t, err) {
				codes <- response.StatusCode
				assert.NoError(t, response.Body.Close())
			}
		})
	}
	all.Wait()
	taken := 0
	for range 10 {
		if code := <-codes; code == http.StatusCreated {
			taken++
		} else {
			assert.Equal(t, http.StatusUnprocessableEntity, code)
		}
	}
	assert.LessOrEqual(t, taken, 2)
	assert.Len(t, blobs(t, s), taken)
	for ; taken < 2; taken++ { // they were in each other's way
		send(ann, "x", strings.Repeat("y", 999)+strconv.Itoa(taken))
	}
	code, told = refused(ann, strings.Repeat("z", 600))
	assert.Equal(t, http.StatusUnprocessableEntity, code)
	assert.Equal(t, message.CodeLimit, told.Code)
	last := send(ann, "the rest", strings.Repeat("z", 500))
	assert.Equal(t, http.StatusOK, ann.Delete("/api/v1/files/"+last.ID, nil))
	send(ann, "again", strings.Repeat("z", 500))
	chattest.Join(t, s.URL, "ben@example.com").Post("/api/v1/files?name=x", strings.Repeat("b", 1000), nil)
	assert.Len(t, blobs(t, s), 4, "Ben has a quota of his own")
}

func TestUploadsAreLimited(t *testing.T) {
	cfg := limited
	cfg.FileBytes, cfg.FileQuota = 1, 1
	ann := chattest.Join(t, open(t, cfg, noUpstream).URL, "ann@example.com")
	code, told := refused(ann, "too long, which counts too")
	for n := 1; code != http.StatusTooManyRequests; n++ {
		require.Less(t, n, 200)
		code, told = refused(ann, "too long")
	}
	assert.Equal(t, message.CodeSlowDown, told.Code)
	assert.Positive(t, told.RetryAfter)
}

// Ann's line breaks in the middle of a file.
func TestAHalfUploadLeavesNothing(t *testing.T) {
	s := open(t, limited, noUpstream)
	ann := chattest.Join(t, s.URL, "ann@example.com")
	base, err := url.Parse(s.URL)
	require.NoError(t, err)
	line, err := net.Dial("tcp", base.Host)
	require.NoError(t, err)
	var cookies []string
	for _, c := range ann.HTTP.Jar.Cookies(base) {
		cookies = append(cookies, c.String())
	}
	_, err = io.WriteString(line, "POST /api/v1/files?name=x HTTP/1.1\r\nHost: "+base.Host+"\r\nCookie: "+strings.Join(cookies, "; ")+"\r\nContent-Length: 1000\r\n\r\nhalf of it")
	require.NoError(t, err)
	require.EventuallyWithT(t, func(t *assert.CollectT) { assert.Len(t, blobs(t, s), 1) }, chattest.Patience, time.Millisecond)
	require.NoError(t, line.Close())
	require.EventuallyWithT(t, func(t *assert.CollectT) { assert.Empty(t, blobs(t, s)) }, chattest.Patience, time.Millisecond)
	assert.NotContains(t, s.Log.String(), "level=ERROR")
}
