package server_test

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"gochatting/internal/chattest"
)

// tapped is all that somebody gets of the server: of its sockets by the frame, of HTTP with its headers, of
// archives what is in them.
type tapped struct {
	http.RoundTripper
	got logged
}

func (w *tapped) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := w.RoundTripper.RoundTrip(r)
	if err != nil || response.StatusCode == http.StatusSwitchingProtocols {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, w.keep(r.Method+" "+r.URL.Path, response.Header, body)
}

func (w *tapped) keep(what string, header http.Header, body []byte) error {
	var kept bytes.Buffer
	kept.WriteString("\n\n" + what + "\n")
	if err := header.Write(&kept); err != nil {
		return err
	}
	if header.Get("Content-Type") != "application/zip" {
		kept.Write(body)
	} else if err := unpack(&kept, body); err != nil {
		return err
	}
	_, err := w.got.Write(kept.Bytes())
	return err
}

func unpack(to *bytes.Buffer, archive []byte) error {
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return err
	}
	for _, f := range in.File {
		to.WriteString("\n" + f.Name + " " + f.Comment + "\n")
		content, err := f.Open()
		if err != nil {
			return err
		}
		if _, err := io.Copy(to, content); err != nil {
			return err
		}
	}
	return nil
}

// hear keeps what a socket gets, until it is closed.
func (w *tapped) hear(s *chattest.Socket) {
	go func() {
		for {
			_, frame, err := s.WS.ReadMessage()
			if err != nil {
				return
			}
			_, _ = w.got.Write(append([]byte("\n\na frame\n"), frame...)) // it cannot fail
		}
	}()
}

// ask asks a handler itself, as who runs the server does.
func (w *tapped) ask(t testing.TB, handler http.Handler, method, path, body string) (status int) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, r)
	require.NoError(t, w.keep(method+" "+path, answer.Header(), answer.Body.Bytes()))
	return answer.Code
}

// forms are all that an address might be told as.
func forms(email string) (list []string) {
	_, domain, _ := strings.Cut(email, "@")
	list = append(list, email, domain, strings.ToUpper(domain), url.QueryEscape(email))
	in := [][]byte{[]byte(email)}
	five, one, two := md5.Sum([]byte(email)), sha1.Sum([]byte(email)), sha256.Sum256([]byte(email))
	for _, sum := range [][]byte{five[:], one[:], two[:]} {
		short := hex.EncodeToString(sum)[:16]
		list = append(list, short, strings.ToUpper(short))
		in = append(in, sum)
	}
	for _, raw := range in {
		for _, as := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := as.EncodeToString(raw)
			list = append(list, encoded[:len(encoded)-1]) // the last one depends on what follows
		}
	}
	return list
}

// silent sees that nothing of this is in what somebody got.
func silent(t testing.TB, whose, got string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if at := strings.Index(got, secret); at >= 0 {
			assert.Fail(t, whose+" tells "+secret, "…%s…", got[max(0, at-300):min(len(got), at+100)])
		}
	}
}
