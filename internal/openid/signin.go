package openid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A Flow is what a browser must remember between Begin and Finish, unseen by anybody else: that
// the answer is to what it asked (State, Nonce), and what PKCE (RFC 7636) proves it with
// (Verifier). It is good for one sign-in.
type Flow struct {
	State, Nonce, Verifier string
}

// Begin is where to send the browser to sign in. ErrUnreachable: it would not arrive.
func (p *Provider) Begin(ctx context.Context) (address string, flow Flow, err error) {
	k, err := p.ask(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	flow = Flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	return k.oauth.AuthCodeURL(flow.State, oidc.Nonce(flow.Nonce), oauth2.S256ChallengeOption(flow.Verifier)), flow, nil
}

// Finish takes what the provider sent the browser back with, and gives the address that it vouches
// for, as it is written there. The error is one of ErrStale, ErrDenied, ErrUnverified,
// ErrUnreachable.
func (p *Provider) Finish(ctx context.Context, flow Flow, query url.Values) (email string, err error) {
	if !same(query.Get("state"), flow.State) {
		return "", p.failed(ctx, ErrStale, "another state")
	}
	if issuer := query.Get("iss"); issuer != "" && issuer != p.cfg.Issuer { // RFC 9207
		return "", p.failed(ctx, ErrStale, "from another provider")
	}
	switch query.Get("error") { // RFC 6749 section 4.1.2.1
	case "":
	case "server_error", "temporarily_unavailable":
		return "", p.failed(ctx, ErrUnreachable, "it says so itself")
	default:
		return "", p.failed(ctx, ErrDenied, "it says so")
	}
	k, err := p.ask(ctx)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.http), p.patience)
	defer cancel()
	token, err := k.oauth.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(flow.Verifier))
	if err != nil {
		return "", p.failed(ctx, kindOf(err), reason(err))
	}
	return p.vouched(ctx, k, token, flow.Nonce)
}

// kindOf tells a code that is used, late or somebody else's from a provider that does not work,
// or not with us.
func kindOf(err error) error {
	answer, is := errors.AsType[*oauth2.RetrieveError](err)
	if is && answer.Response.StatusCode == http.StatusBadRequest && answer.ErrorCode == "invalid_grant" {
		return ErrStale
	}
	return ErrUnreachable
}

// claims are what a provider says of a person (Core section 5.1).
type claims struct {
	Email    string `json:"email"`
	Verified any    `json:"email_verified"` // true; "true" at those who have not read the standard
}

func (c claims) vouched() bool { return c.Email != "" && (c.Verified == true || c.Verified == "true") }

// vouched is the address in the token, else the one at the provider's userinfo endpoint: most give
// it in the token, others as the standard has it (Core section 5.4).
func (p *Provider) vouched(ctx context.Context, k *known, token *oauth2.Token, nonce string) (string, error) {
	raw, _ := token.Extra("id_token").(string)
	id, err := k.verifier.Verify(ctx, raw)
	if err != nil {
		return "", p.failed(ctx, ErrUnreachable, reason(err))
	}
	if !same(id.Nonce, nonce) {
		return "", p.failed(ctx, ErrStale, "another nonce")
	}
	var said claims
	if err := id.Claims(&said); err != nil {
		return "", p.failed(ctx, ErrUnreachable, "its claims cannot be read")
	}
	if said.Email == "" && k.provider.UserInfoEndpoint() != "" {
		info, err := k.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		switch {
		case err != nil:
			return "", p.failed(ctx, ErrUnreachable, "its userinfo cannot be had")
		case info.Subject != id.Subject: // Core section 5.3.2
			return "", p.failed(ctx, ErrUnreachable, "its userinfo is of somebody else")
		}
		said = claims{info.Email, info.EmailVerified}
	}
	if !said.vouched() {
		return "", p.failed(ctx, ErrUnverified, "no email_verified")
	}
	return said.Email, nil
}

// same compares secrets. An empty one is like none.
func same(a, b string) bool {
	return a != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
