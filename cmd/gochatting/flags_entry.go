package main

import (
	"net"
	"net/mail"
	"net/url"
	"strings"

	"gochatting/internal/auth"
	"gochatting/internal/store"
)

// secret stands for what is not repeated in an error.
const secret = "…"

type entryFlags struct {
	Join             string `default:"open" placeholder:"open|verified|invite" help:"Who may come in. open: whoever types an address that nobody holds. verified: who proves to have the address, by a code mailed to it or by OpenID Connect. invite: who has an invitation. Default: ${default}"`
	Owner            string `placeholder:"EMAIL" help:"The owner's address. Default: who comes in first is the owner."`
	SMTP             string `name:"smtp" placeholder:"URL" help:"Where mail goes out, to prove addresses with codes: smtp://USER:PASSWORD@HOST:587 (with STARTTLS) or smtps://…:465. Better given in the environment. Needs --mail-from and --base-url."`
	MailFrom         string `placeholder:"ADDRESS" help:"Who the mail is from, such as 'Chat <chat@example.com>'."`
	OIDCIssuer       string `name:"oidc-issuer" placeholder:"URL" help:"An OpenID Connect provider whom to believe addresses that it calls verified, such as https://accounts.google.com. Needs --base-url, and there the redirect address of --base-url with /openid/callback."`
	OIDCClientID     string `name:"oidc-client-id" placeholder:"ID" help:"What the provider calls this server."`
	OIDCClientSecret string `name:"oidc-client-secret" placeholder:"SECRET" help:"What this server shows to the provider, if it wants anything. Better given in the environment."`
}

// An entry is entryFlags, understood.
type entry struct {
	join       string
	owner      string   // "": who comes first
	smtp       *url.URL // nil: no mail
	mailFrom   string
	oidcIssuer string // "": no provider
	oidcID     string
	oidcSecret string
}

// proves reports whether anybody can prove to have an address.
func (e entry) proves() bool { return e.smtp != nil || e.oidcIssuer != "" }

func (f entryFlags) check(based bool, wrong *faults) entry {
	e := entry{join: f.Join, mailFrom: f.MailFrom, oidcIssuer: f.OIDCIssuer, oidcID: f.OIDCClientID, oidcSecret: f.OIDCClientSecret}
	switch {
	case f.Join != store.JoinOpen && f.Join != store.JoinVerified && f.Join != store.JoinInvite:
		wrong.add("join", f.Join, "give open, verified or invite")
	case f.Join == store.JoinVerified && f.SMTP == "" && f.OIDCIssuer == "":
		wrong.add("join", f.Join, "give --smtp or --oidc-issuer too, else nobody can prove their address")
	}
	var err error
	if e.owner, err = auth.ParseEmail(f.Owner); f.Owner != "" && err != nil {
		wrong.add("owner", f.Owner, "give an address such as name@example.com")
	}
	f.checkMail(&e, based, wrong)
	f.checkOIDC(based, wrong)
	return e
}

func (f entryFlags) checkMail(e *entry, based bool, wrong *faults) {
	if f.SMTP == "" {
		if f.MailFrom != "" {
			wrong.add("mail-from", f.MailFrom, "give --smtp too, or neither of them")
		}
		return
	}
	var err error
	switch e.smtp, err = url.Parse(f.SMTP); {
	case err != nil || !isMailServer(e.smtp):
		wrong.add("smtp", secret, "give smtp:// or smtps:// and a host, with a user and a password or with neither, such as smtp://user:password@mail.example.com:587; what is special in a password is written in %-codes")
	case !based:
		wrong.add("smtp", secret, "give --base-url too: the mail has a link to this server")
	}
	from, err := mail.ParseAddress(f.MailFrom)
	if err == nil {
		_, err = auth.ParseEmail(from.Address)
	}
	if err != nil {
		wrong.add("mail-from", f.MailFrom, "give the address that the mail comes from, such as chat@example.com or 'Chat <chat@example.com>'")
	}
}

func isMailServer(u *url.URL) bool {
	password, _ := u.User.Password()
	return (u.Scheme == "smtp" || u.Scheme == "smtps") && u.Hostname() != "" && (u.Port() == "" || isPort(u.Port()) && u.Port() != "0") &&
		strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "" && (u.User.Username() == "") == (password == "")
}

func (f entryFlags) checkOIDC(based bool, wrong *faults) {
	if f.OIDCIssuer == "" {
		if f.OIDCClientID != "" {
			wrong.add("oidc-client-id", f.OIDCClientID, "give --oidc-issuer too, or neither of them")
		}
		if f.OIDCClientSecret != "" {
			wrong.add("oidc-client-secret", secret, "give --oidc-issuer too, or neither of them")
		}
		return
	}
	switch issuer, err := siteURL(f.OIDCIssuer); {
	case err != nil || issuer.Scheme == "http" && !isLoopback(net.JoinHostPort(issuer.Hostname(), "0")):
		wrong.add("oidc-issuer", f.OIDCIssuer, "give the https:// address of a provider, such as https://accounts.google.com")
	case !based:
		wrong.add("oidc-issuer", f.OIDCIssuer, "give --base-url too: the provider sends people back there")
	}
	if f.OIDCClientID == "" {
		wrong.add("oidc-client-id", f.OIDCClientID, "give the ID that the provider has for this server")
	}
}
