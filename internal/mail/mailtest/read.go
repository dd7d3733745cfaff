package mailtest

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"regexp"
)

// A Mail is one that was taken.
type Mail struct {
	To         string // of the envelope
	Hello      string // what the sender calls itself
	TLS        bool   // it came encrypted
	Raw        []byte
	Header     mail.Header
	Subject    string // decoded
	Text, HTML string // its two parts, decoded
	Code, Link string // as they stand in Text; "" if there is none
}

func read(raw []byte) (Mail, error) {
	m := Mail{Raw: raw}
	message, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return m, fmt.Errorf("mailtest: %w", err)
	}
	m.Header = message.Header
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return m, fmt.Errorf("mailtest: subject: %w", err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return m, fmt.Errorf("mailtest: content type: %w", err)
	}
	for parts := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := parts.NextPart() // decodes quoted-printable
		if err == io.EOF {
			break
		}
		if err != nil {
			return m, fmt.Errorf("mailtest: parts: %w", err)
		}
		body, err := io.ReadAll(part)
		if err != nil {
			return m, fmt.Errorf("mailtest: part: %w", err)
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			m.Text = string(body)
		case "text/html":
			m.HTML = string(body)
		}
	}
	if found := regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`).FindStringSubmatch(m.Text); found != nil {
		m.Code = found[1]
	}
	m.Link = regexp.MustCompile(`https?://\S+`).FindString(m.Text)
	return m, nil
}
