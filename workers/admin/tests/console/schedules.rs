//! `/admin/api/schedules` and its scan: what the scheduler says, page by page, for whoever may look.

use std::cell::RefCell;
use std::rc::Rc;

use admin::schedules::Scans as ScansClient;
use async_trait::async_trait;
use contracts::scheduler::{
    AlarmCondition, ListSchedules, ScanPosition, ScanReport, ScanSchedules, Scans, ScansDispatch,
    ScheduleEntry, SchedulePage, TenantViolation, UpkeepError, Violation, ViolationKind,
};
use contracts::{OperatorCall, Timestamp};
use ids::{JobId, TenantId};
use mesh::Transport;
use mesh::loopback::Loopback;
use serde_json::{Value, json};

use super::{NOW, Team, get, handle};

/// A scheduler with two tenants, of whose schedules the first has a gap.
#[derive(Clone, Default)]
pub(crate) struct Scheduler(Rc<RefCell<Vec<String>>>);

fn tenant(number: u8) -> TenantId {
    TenantId::from_parts(1, [number; 10])
}

fn job() -> JobId {
    JobId::from_parts(1, [9; 10])
}

impl Scheduler {
    pub(crate) fn scans(&self) -> ScansClient {
        let transport: Rc<dyn Transport> = Rc::new(Loopback::new(ScansDispatch(self.clone()), || NOW * 1000));
        ScansClient::over(transport)
    }
}

#[async_trait(?Send)]
impl Scans for Scheduler {
    async fn scan_schedules(
        &self,
        context: &OperatorCall,
        request: ScanSchedules,
    ) -> Result<ScanReport, UpkeepError> {
        self.0.borrow_mut().push(context.scope.operator.clone());
        if request.tenant == Some(tenant(7)) {
            return Err(UpkeepError::Unavailable { detail: "SCHEDULE_DB: no answer".into() });
        }
        let first = request.from.is_none();
        let violation = Violation {
            kind: ViolationKind::Gap,
            job_id: Some(job()),
            run_id: None,
            detail: "2026-11-22T07:01:00Z has no record".into(),
        };
        Ok(ScanReport {
            tenants: 1,
            jobs: request.limit,
            records: 200,
            violations: if first { vec![TenantViolation { tenant: tenant(1), violation }] } else { vec![] },
            next: first.then(|| ScanPosition { tenant: tenant(1), part: 0, after: Some(job()) }),
        })
    }

    async fn list_schedules(
        &self,
        _: &OperatorCall,
        request: ListSchedules,
    ) -> Result<SchedulePage, UpkeepError> {
        let entry = |number, repair| ScheduleEntry {
            tenant: tenant(number),
            parts: 1,
            entered_at: Timestamp::from_unix_ms(1_795_330_800_000),
            repairs: u32::from(number),
            repaired_at: Some(Timestamp::from_unix_ms(1_795_330_860_000)),
            repair,
        };
        Ok(match request.after {
            None => SchedulePage {
                items: vec![entry(1, Some(AlarmCondition::Lost))],
                next_after: Some(tenant(1)),
            },
            Some(_) => {
                SchedulePage { items: vec![entry(2, Some(AlarmCondition::Overdue))], next_after: None }
            }
        })
    }
}

fn asked(path: &str, query: &str) -> (u16, Value) {
    let token = Team::person("vera@example.com");
    let (handled, _) = handle(&admin::request::Request { query, ..get(path, Some(&token)) });
    (handled.answer.status, serde_json::from_str(&handled.answer.body).expect("it is JSON"))
}

#[test]
fn a_scan_names_what_is_wrong_and_goes_on_where_it_was() {
    let (status, part) = asked("/admin/api/schedules/scan", "limit=3");
    assert_eq!(status, 200, "{part}");
    assert_eq!(part["scanned"], json!({ "tenants": 1, "jobs": 3, "records": 200 }));
    let found = &part["items"][0];
    assert_eq!((&found["kind"], &found["tenant"]), (&json!("gap"), &json!(tenant(1))));
    assert_eq!((&found["job_id"], &found["run_id"]), (&json!(job()), &Value::Null));
    let cursor = part["next_cursor"].as_str().unwrap();
    let (status, part) = asked("/admin/api/schedules/scan", &format!("limit=3&cursor={cursor}"));
    assert_eq!((status, &part["items"], &part["next_cursor"]), (200, &json!([]), &Value::Null));
    let other = format!("tenant={}&cursor={cursor}", tenant(1));
    assert_eq!(asked("/admin/api/schedules/scan", &other).0, 400, "a cursor is of its own query");
    assert_eq!(asked("/admin/api/schedules/scan", "tenant=acme").0, 400);
    let (status, problem) = asked("/admin/api/schedules/scan", &format!("tenant={}", tenant(7)));
    assert_eq!(status, 503, "{problem}");
    assert!(!problem.to_string().contains("SCHEDULE_DB"), "{problem}");
}

#[test]
fn the_list_tells_what_the_watchdog_had_to_do() {
    let (status, page) = asked("/admin/api/schedules", "");
    assert_eq!(status, 200, "{page}");
    let expect = json!({
        "tenant": tenant(1), "parts": 1, "entered_at": "2026-11-22T07:00:00.000Z", "repairs": 1,
        "repaired_at": "2026-11-22T07:01:00.000Z", "repair": "lost",
    });
    assert_eq!(page["items"], json!([expect]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let (_, page) = asked("/admin/api/schedules", &format!("cursor={cursor}"));
    assert_eq!((&page["items"][0]["repair"], &page["next_cursor"]), (&json!("overdue"), &Value::Null));
}
