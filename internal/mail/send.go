package mail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/textproto"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// SendCode mails a code of six digits and the link that stands for it, in lang (en or zh). site
// is how people know this server, best by its host. It returns once the mail server has taken the
// mail, after 10 seconds at the latest. ErrRefused: not to this address. ErrUnreachable: not now.
func (m *Mailer) SendCode(ctx context.Context, to, lang, code, link, site string) error {
	if !isPlain(to) {
		return fmt.Errorf("%w: mails can go to plain addresses only", ErrRefused)
	}
	msg, err := m.compose(to, lang, code, link, site)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, m.patience)
	defer cancel()
	if err := m.send(ctx, msg); err != nil {
		m.log.WarnContext(ctx, "a code could not be mailed", "err", err)
		return err
	}
	return nil
}

func (m *Mailer) send(ctx context.Context, msg *gomail.Msg) error {
	select {
	case m.slots <- struct{}{}:
		defer func() { <-m.slots }()
	case <-ctx.Done():
		return fmt.Errorf("%w: earlier mails are still on their way", ErrUnreachable)
	}
	line := &line{mailer: m, ctx: ctx}
	client, err := line.client()
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return unreachable(ctx, err)
	}
	err = client.SendWithSMTPClient(conn, msg)
	if msg.IsDelivered() {
		_ = client.CloseWithSMTPClient(conn) // the mail is theirs now, whatever they say to our QUIT
		return nil
	}
	return undelivered(ctx, err, line.broke)
}

// unreachable says why there is no talking to the mail server. Of its own words only the number is
// kept: it may repeat what it was told.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, ctx.Err())
	}
	if answer, is := errors.AsType[*textproto.Error](err); is {
		before, _, _ := strings.Cut(err.Error(), answer.Error())
		return fmt.Errorf("%w: %sit answers %d", ErrUnreachable, before, answer.Code)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// undelivered says why the mail server did not take a mail; broke is why the connection ended, if
// it did. What the server says for ever (5yz: RFC 5321 section 4.2.1) of the recipient or of the
// mail is about this address; of anything else it is about us, and for who runs us to put right.
func undelivered(ctx context.Context, err, broke error) error {
	failed, is := errors.AsType[*gomail.SendError](err)
	if !is || failed.ErrorCode() == 0 {
		return unreachable(ctx, cmp.Or(broke, errors.New("the connection broke")))
	}
	kind := ErrUnreachable
	ours := failed.Reason != gomail.ErrSMTPRcptTo && failed.Reason != gomail.ErrSMTPDataClose ||
		failed.ErrorCode() == 530 // it wants a password (RFC 4954 section 6)
	if failed.ErrorCode() >= 500 && !ours {
		kind = ErrRefused
	}
	return fmt.Errorf("%w: %s: it answers %d %s", kind, failed.Reason, failed.ErrorCode(), failed.EnhancedStatusCode())
}

// isPlain reports whether address can stand in an SMTP command and a header as it is: printable
// ASCII, unquoted, and nothing but one address.
func isPlain(address string) bool {
	odd := func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"\()<>[]:;,`, r) }
	if len(address) > 254 || strings.ContainsFunc(address, odd) { // 254: RFC 5321 section 4.5.3.1.3
		return false
	}
	a, err := netmail.ParseAddress(address)
	return err == nil && a.Address == address
}
