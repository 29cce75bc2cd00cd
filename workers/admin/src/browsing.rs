//! The console's pages below its first one: each is one round of questions, and a form leads to a page.

use auth::access::Identity;
use contracts::OperatorCall;
use contracts::pipeline::operations::Located;
use domain::dead_letter::DeathCause;
use ids::{ProposalId, TenantId};
use maud::Markup;
use mesh::TraceContext;
use serde_json::Value;

use crate::analytics;
use crate::answer::Answer;
use crate::audit::{self, Asker};
use crate::console::{Console, fingerprint, last_part, visitor};
use crate::dead_letters;
use crate::forms::{Form, token_for};
use crate::gate::Settings;
use crate::operations;
use crate::pages::{self, Frame, Given};
use crate::problem::{Code, Problem};
use crate::proposals::{ProposalAct, Redriving};
use crate::redrives;
use crate::request::Request;
use crate::screens::{Lead, Screen};
use crate::traces;

/// How many tenants the page of usage shows; the export has all.
const USAGE_ROWS: u32 = 100;

impl Console<'_> {
    /// Answers a request for a page, or a form's.
    pub(crate) async fn browse(
        &self,
        screen: Screen,
        request: &Request<'_>,
        asker: &Asker<'_>,
        call: &OperatorCall,
        (settings, identity, assertion): (&Settings, &Identity, &str),
        trace: TraceContext,
    ) -> Result<Answer, Problem> {
        let (visitor, form_token) = (visitor(settings, identity), token_for(assertion));
        let frame = Frame { visitor: &visitor, role: identity.role, form_token: &form_token, trace };
        if request.method == "POST" {
            let form = Form::read(request, assertion)?;
            return match screen {
                Screen::Work(work) => self.submit_work(work, &form, asker, &frame, trace).await,
                screen => self.submit(screen, request.path, &form, asker, call, &frame).await,
            };
        }
        let shown = |page: Markup| Ok(Answer::page(200, page));
        // A filter's empty field means that it narrows nothing, which the API's queries say by leaving it out.
        let given = Given::read(request.query);
        let query = given.query();
        let filter = |name: &str| given.value(name);
        match screen {
            Screen::Tenants => {
                let page = self.tenants.list(&query).await?;
                shown(pages::tenants(&frame, &page, filter("slug")))
            }
            Screen::Tenant(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                let (tenant, keys) =
                    futures_util::try_join!(self.tenants.show(tenant), self.tenants.keys(tenant))?;
                shown(pages::tenant(&frame, &tenant, &keys, None))
            }
            Screen::Overview => {
                shown(pages::overview(&frame, &analytics::overview(self.analytics, call).await?))
            }
            Screen::Usage => {
                let most = format!("{query}&limit={USAGE_ROWS}");
                let summary = analytics::summary(self.analytics, &self.tenants, call, &most).await?;
                let given =
                    pages::GivenDays { from: filter("from"), to: filter("to"), tenant: filter("tenant") };
                shown(pages::usage(&frame, &summary, &given))
            }
            Screen::Groups => {
                let (groups, redrives) = futures_util::try_join!(
                    redrives::groups(self.redrives, call),
                    redrives::list(self.redrives, call)
                )?;
                shown(pages::groups(&frame, &groups, &redrives))
            }
            Screen::Group => {
                let group = redrives::group(self.redrives, call, fingerprint(request.path)).await?;
                shown(pages::group(&frame, &group))
            }
            Screen::OneRedrive(id) => {
                let id = id.ok_or_else(Problem::no_redrive)?;
                shown(pages::redrive(&frame, &redrives::get(self.redrives, call, id, &query).await?))
            }
            Screen::DeadLetters => {
                let page = dead_letters::list(self.dead_letters, call, &query).await?;
                let causes: Vec<&str> =
                    std::iter::once("").chain(DeathCause::ALL.iter().map(|cause| cause.as_str())).collect();
                shown(pages::dead_letters(&frame, &page, &causes, filter("tenant"), filter("cause")))
            }
            Screen::DeadLetter(letter) => {
                let letter = letter.ok_or_else(Problem::no_dead_letter)?;
                let letter = dead_letters::get(self.dead_letters, call, letter).await?;
                shown(pages::dead_letter(&frame, &letter))
            }
            Screen::Trace => {
                let id = last_part(request.path);
                let view = traces::get(asker, self.traces, self.trail, call, id).await?;
                shown(pages::trace(&frame, &view, self.now()))
            }
            Screen::Audit => {
                let page = audit::page(self.trail, &query).await?;
                let filters: Vec<_> =
                    pages::AUDIT_FILTERS.iter().map(|(name, _)| (*name, filter(name))).collect();
                shown(pages::audit(&frame, &page, &filters))
            }
            Screen::Proposals => {
                let proposals = self.proposals(trace);
                let (page, tenants) =
                    futures_util::try_join!(proposals.list(&query), self.tenants.list("limit=200"))?;
                shown(pages::proposals(&frame, &page, &given, &tenants.items))
            }
            Screen::Proposal(id) => {
                let id = id.ok_or_else(Problem::no_proposal)?;
                shown(pages::proposal(&frame, &self.proposals(trace).show(id).await?, None))
            }
            Screen::Search => self.search(&given, call, &frame).await,
            Screen::Work(work) => self.show_work(work, &given, asker, &frame, trace).await,
            // These have no page: the router lets `POST` alone through.
            Screen::Suspend(_)
            | Screen::Resume(_)
            | Screen::Keys(_)
            | Screen::Revoke(_)
            | Screen::Redrive
            | Screen::StopRedrive(_)
            | Screen::ProposalAct(..)
            | Screen::Replay(_) => {
                Err(Problem::new(Code::MethodNotAllowed, format!("this path takes {}", screen.allow())))
            }
        }
    }

    /// Leads to the page of an id, or says that nothing has it.
    async fn search(&self, given: &Given, call: &OperatorCall, frame: &Frame<'_>) -> Result<Answer, Problem> {
        let id = given.value("q").unwrap_or_default();
        match (Lead::of(id), given.value("tenant")) {
            (Lead::Page(path), _) => Ok(Answer::seen_at(&path)),
            (Lead::WithTenant(path), Some(tenant)) => {
                let tenant: TenantId = tenant.parse().map_err(|_| Problem::no_tenant())?;
                Ok(Answer::seen_at(&format!("{path}?tenant={tenant}")))
            }
            (Lead::WithTenant(_), None) => {
                let tenants = self.tenants.list("limit=200").await?;
                Ok(Answer::page(200, pages::whose(frame, id, &tenants.items)))
            }
            (Lead::Located, _) => match operations::locate(self.operations, call, id).await? {
                Some(Located { event_id: Some(event), .. }) => {
                    Ok(Answer::seen_at(&format!("/admin/events/{event}")))
                }
                Some(Located { tenant, .. }) => {
                    Ok(Answer::seen_at(&format!("/admin/subscriptions/{id}?tenant={tenant}")))
                }
                None => Ok(Answer::page(404, pages::nothing(frame, id))),
            },
        }
    }

    async fn submit(
        &self,
        screen: Screen,
        path: &str,
        form: &Form,
        asker: &Asker<'_>,
        call: &OperatorCall,
        frame: &Frame<'_>,
    ) -> Result<Answer, Problem> {
        let of = |tenant| format!("/admin/tenants/{tenant}");
        match screen {
            Screen::Tenants => {
                let body = Value::from(form.object(&["name", "slug", "plan"])).to_string();
                let made = self.tenants.create(asker, None, body.as_bytes()).await?;
                Ok(Answer::seen_at(&of(made.id)))
            }
            Screen::Tenant(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                let ours = form.object(&["name", "plan"]);
                let mut body = ours.clone();
                let version: Option<u32> = form.text("version").and_then(|text| text.parse().ok());
                body.insert("version".to_owned(), version.into());
                match self.tenants.change(asker, tenant, Value::from(body).to_string().as_bytes()).await {
                    Ok(_) => Ok(Answer::seen_at(path)),
                    Err(Problem { code: Code::Stale, current: Some(now), .. }) => {
                        let now = serde_json::from_str(now.get()).unwrap_or_default();
                        Ok(Answer::page(409, pages::stale(frame, pages::Here::Tenants, path, &ours, &now)))
                    }
                    Err(problem) => Err(problem),
                }
            }
            Screen::Suspend(tenant) | Screen::Resume(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                let active = matches!(screen, Screen::Resume(_));
                self.tenants.set_active(asker, tenant, active).await?;
                Ok(Answer::seen_at(&of(tenant)))
            }
            Screen::Keys(tenant) => {
                let tenant = tenant.ok_or_else(Problem::no_tenant)?;
                let mut body = form.object(&["name"]);
                body.insert("scopes".to_owned(), form.texts("scopes").into());
                let issued = self
                    .tenants
                    .issue_key(asker, None, tenant, Value::from(body).to_string().as_bytes())
                    .await?;
                let (tenant, keys) =
                    futures_util::try_join!(self.tenants.show(tenant), self.tenants.keys(tenant))?;
                Ok(Answer::page(201, pages::tenant(frame, &tenant, &keys, Some(&issued))))
            }
            Screen::Revoke(ids) => {
                let (tenant, key) = ids.ok_or_else(Problem::no_key)?;
                self.tenants.revoke_key(asker, tenant, key).await?;
                Ok(Answer::seen_at(&of(tenant)))
            }
            Screen::Redrive => {
                let mut body = form.object(&["tenant", "reason"]);
                let rate: Option<u32> = form.text("per_second").and_then(|text| text.parse().ok());
                body.insert("per_second".to_owned(), rate.unwrap_or_default().into());
                let body = Value::from(body).to_string();
                let of = fingerprint(path);
                let proposals = self.proposals(frame.trace);
                Ok(match proposals.redrive(asker, None, of, body.as_bytes()).await? {
                    Redriving::Begun(redrive) => Answer::seen_at(&format!("/admin/redrives/{}", redrive.id)),
                    Redriving::Proposed(made) => Answer::seen_at(&format!("/admin/proposals/{}", made.id)),
                })
            }
            Screen::StopRedrive(id) => {
                let id = id.ok_or_else(Problem::no_redrive)?;
                redrives::stop(asker, self.redrives, call, id).await?;
                Ok(Answer::seen_at(&format!("/admin/redrives/{id}")))
            }
            Screen::Proposals => {
                let mut body = form.object(&["action", "tenant", "reason"]);
                if let Some(hours) = form.text("overlap_hours") {
                    // What is no number is refused by its place.
                    let hours = hours.parse::<u32>().map_or_else(|_| Value::from(hours), Value::from);
                    body.insert("overlap_hours".to_owned(), hours);
                }
                let body = Value::from(body).to_string();
                let made = self.proposals(frame.trace).create(asker, None, body.as_bytes()).await?;
                Ok(Answer::seen_at(&format!("/admin/proposals/{}", made.id)))
            }
            Screen::ProposalAct(id, act) => self.submit_proposal(id, act, form, asker, frame).await,
            Screen::Replay(letter) => {
                let letter = letter.ok_or_else(Problem::no_dead_letter)?;
                dead_letters::replay(asker, self.dead_letters, call, letter).await?;
                Ok(Answer::seen_at(&format!("/admin/dead-letters/{letter}")))
            }
            Screen::Overview
            | Screen::Usage
            | Screen::Groups
            | Screen::Group
            | Screen::OneRedrive(_)
            | Screen::DeadLetters
            | Screen::DeadLetter(_)
            | Screen::Trace
            | Screen::Audit
            | Screen::Proposal(_)
            | Screen::Search
            | Screen::Work(_) => {
                Err(Problem::new(Code::MethodNotAllowed, format!("this path takes {}", screen.allow())))
            }
        }
    }

    /// What a form on a proposal's page asks for. Where it is refused as the proposal stands now, its page says so.
    async fn submit_proposal(
        &self,
        id: Option<ProposalId>,
        act: ProposalAct,
        form: &Form,
        asker: &Asker<'_>,
        frame: &Frame<'_>,
    ) -> Result<Answer, Problem> {
        let id = id.ok_or_else(Problem::no_proposal)?;
        let body = Value::from(form.object(&["hash", "comment"])).to_string();
        let proposals = self.proposals(frame.trace);
        match proposals.act(asker, id, act, body.as_bytes()).await {
            // What is shown once is in this answer: no other page has it.
            Ok(done) if !done.keys.is_empty() => Ok(Answer::page(200, pages::proposal(frame, &done, None))),
            Ok(_) => Ok(Answer::seen_at(&format!("/admin/proposals/{id}"))),
            Err(problem) if problem.current.is_some() => {
                let now = proposals.show(id).await?;
                let page = pages::proposal(frame, &now, Some(&problem.detail));
                Ok(Answer::page(problem.code.status(), page))
            }
            Err(problem) => Err(problem),
        }
    }
}
