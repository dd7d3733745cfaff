package mail

import (
	"crypto/rand"
	"embed"
	"fmt"
	htmltemplate "html/template"
	netmail "net/mail"
	"strings"
	"text/template"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

//go:embed templates
var templates embed.FS

// letters are what mails say, in plain and as HTML.
type letters struct {
	plain *template.Template
	html  *htmltemplate.Template
}

func newLetters() (*letters, error) {
	plain, err := template.ParseFS(templates, "templates/code.txt")
	if err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	html, err := htmltemplate.ParseFS(templates, "templates/code.html")
	if err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	return &letters{plain, html}, nil
}

// compose writes the letter with a code. Its subject names the site and not the code: subjects
// stand on lock screens, where whoever sees one could take a code they had asked for
// themselves, and in the logs of mail servers.
func (m *Mailer) compose(to, lang, code, link, site string) (*gomail.Msg, error) {
	site = tidy(site)
	w := wordsIn(lang, site)
	from := m.from
	if from.Name == "" {
		from.Name = site
	}

	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&from)
	msg.ToMailAddress(&netmail.Address{Address: to})
	msg.Subject(w.Subject)
	msg.SetDateWithValue(time.Now().UTC()) // where this machine is, is nobody's business
	msg.SetMessageIDWithValue(rand.Text() + "@" + m.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")        // RFC 3834: who is on holiday does not answer
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All") // nor does Exchange
	msg.SetGenHeader(gomail.HeaderContentLang, w.Lang)          // RFC 3282

	data := struct {
		words
		Code, Link string
	}{w, code, link}
	var plain, html strings.Builder
	if err := m.letters.plain.Execute(&plain, data); err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	if err := m.letters.html.Execute(&html, data); err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	msg.SetBodyString(gomail.TypeTextPlain, plain.String())
	msg.AddAlternativeString(gomail.TypeTextHTML, html.String())
	return msg, nil
}

// tidy makes a name one line of what can be seen.
func tidy(name string) string {
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) }), " ")
}
