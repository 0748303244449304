from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.runtime.session import Session


@pytest.mark.flink
def test_a_job_parameter_reaches_the_job_as_it_was_given(open_session: Callable[..., Session]) -> None:
    from pyflink.java_gateway import get_gateway

    parameters = {"headrace.model": '/a b/it\'s: 1,5 "%" # é', "headrace.reasons": "3"}
    session = open_session(parameters)
    option = get_gateway().jvm.org.apache.flink.configuration.PipelineOptions.GLOBAL_JOB_PARAMETERS
    configured = session.environment.get_config()._j_table_config.get(option)  # noqa: SLF001 -- PyFlink has no typed getter
    assert {str(key): str(configured[key]) for key in configured} == parameters
